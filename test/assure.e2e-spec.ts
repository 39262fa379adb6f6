import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const rootDir = join(import.meta.dirname, '..');

interface Row {
  readonly name: string;
  readonly tests: string;
  readonly remark: string;
}

const rows: Row[] = readFileSync(join(rootDir, 'docs/assurance.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => /^[SR]\d+$/.test(cells[1] ?? ''))
  .map(([, name = '', , tests = '', remark = '']) => ({ name, tests, remark }));

/** Each file of a row with the titles that follow it. */
function referencesIn({ tests }: Row): { path: string; titles: string[] }[] {
  return [...tests.matchAll(/`([^`]+)`: ((?:"[^"]+"(?:, )?)+)/g)].map(([, path = '', titles = '']) => ({
    path,
    titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
  }));
}

describe('docs/assurance.md', () => {
  it('has every row of security and of reliability once, in order', () => {
    const expected = [...Array(20).keys()].map((index) => `S${index + 1}`);
    expected.push(...[...Array(18).keys()].map((index) => `R${index + 1}`));
    expect(rows.map(({ name }) => name)).toEqual(expected);
  });

  it.each(rows)('names for $name tests that exist, or says what is missing', (row) => {
    const references = referencesIn(row);
    if (references.length === 0) expect(row.remark).toMatch(/^missing: /);
    for (const { path, titles } of references) {
      expect(existsSync(join(rootDir, path)), path).toBe(true);
      const source = readFileSync(join(rootDir, path), 'utf8');
      for (const title of titles) expect(source, path).toContain(title);
    }
  });
});
