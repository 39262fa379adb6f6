import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRows } from '../scripts/assurance/read-rows.mjs';

const rootDir = join(import.meta.dirname, '..');

const rows = readRows(readFileSync(join(rootDir, 'docs/assurance.yaml'), 'utf8'));

describe('docs/assurance.yaml', () => {
  it('has every row of security and of reliability once, in order', () => {
    const expected = [...Array(20).keys()].map((index) => `S${index + 1}`);
    expected.push(...[...Array(18).keys()].map((index) => `R${index + 1}`));
    expected.push('M1', 'M2', 'M3');
    expect(rows.map(({ name }) => name)).toEqual(expected);
  });

  it.each(rows)('lists existing tests for $name, or states what is missing', ({ name, references, note }) => {
    if (references.length === 0 && !name.startsWith('M')) expect(note).toMatch(/^missing: /);
    for (const { path, titles } of references) {
      expect(existsSync(join(rootDir, path)), path).toBe(true);
      const source = readFileSync(join(rootDir, path), 'utf8');
      for (const title of titles) expect(source, path).toContain(title);
    }
  });
});
