import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRows } from '../scripts/assurance/read-rows.mjs';

const rootDir = join(import.meta.dirname, '..');

const rows = readRows(readFileSync(join(rootDir, 'docs/assurance.yaml'), 'utf8'));

const number = (letter: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);

describe('docs/assurance.yaml', () => {
  it('has every row of security and of reliability once, in order', () => {
    const names = rows.map(({ name }) => name);
    const inOrder = [...number('S', 30), ...number('R', 25), ...number('M', 3)];
    expect(names).toEqual(inOrder.filter((name) => names.includes(name)));
    expect(names).toEqual(
      expect.arrayContaining([...number('S', 20), ...number('R', 23), 'R25', ...number('M', 3)]),
    );
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
