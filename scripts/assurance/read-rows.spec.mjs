import { describe, expect, it } from 'vitest';
import { readArguments } from './read-arguments.mjs';
import { readRows } from './read-rows.mjs';

describe('readRows', () => {
  it('reads each row with its files and their titles', () => {
    const text = `
- row: S1
  promise: polls in time
  tests:
    test/a.e2e-spec.ts:
      - is one
      - 'is two: %s'
    src/b.spec.ts:
      - is three
  note: 3 trials
  lastRun: '2026-11-24: 2 tests'
- row: M1
  promise: mutants are found
`;
    expect(readRows(text)).toEqual([
      {
        name: 'S1',
        promise: 'polls in time',
        references: [
          { path: 'test/a.e2e-spec.ts', titles: ['is one', 'is two: %s'] },
          { path: 'src/b.spec.ts', titles: ['is three'] },
        ],
        note: '3 trials',
        lastRun: '2026-11-24: 2 tests',
      },
      { name: 'M1', promise: 'mutants are found', references: [], note: '', lastRun: '' },
    ]);
  });
});

describe('readArguments', () => {
  const known = ['S1', 'R1', 'R2'];

  it('takes all rows where none is named', () => {
    expect(readArguments([], known)).toEqual({ isList: false, names: known });
    expect(readArguments(['--list'], known)).toEqual({ isList: true, names: known });
  });

  it('takes the rows that are named', () => {
    expect(readArguments(['R1', 'S1'], known)).toEqual({ isList: false, names: ['R1', 'S1'] });
  });

  it.each(['R3', 'r1', '--fast'])('refuses %s, and says what is known', (word) => {
    expect(() => readArguments(['S1', word], known)).toThrow(`${word}: not known`);
    expect(() => readArguments([word], known)).toThrow('S1 R1 R2');
  });
});
