import { describe, expect, it } from 'vitest';
import { readArguments } from './read-arguments.mjs';
import { readRows } from './read-rows.mjs';

describe('readRows', () => {
  it('reads each row with its files and their titles, and passes over everything else', () => {
    const text = [
      '# Assurance',
      '| row | promise | tests | figure, or what is missing |',
      '| --- | --- | --- | --- |',
      '| S1  | polls in time | `test/a.e2e-spec.ts`: "is one", "is two"; `src/b.spec.ts`: "is three" | 3 trials<br>2026-11-24: 2 tests |',
      '| R15 | memory stays flat | | missing: no soak yet |',
      '| M1 | mutants are found | `npm run test:mutants` | |',
    ].join('\n');
    expect(readRows(text)).toEqual([
      {
        name: 'S1',
        promise: 'polls in time',
        references: [
          { path: 'test/a.e2e-spec.ts', titles: ['is one', 'is two'] },
          { path: 'src/b.spec.ts', titles: ['is three'] },
        ],
        remark: '3 trials<br>2026-11-24: 2 tests',
      },
      { name: 'R15', promise: 'memory stays flat', references: [], remark: 'missing: no soak yet' },
      { name: 'M1', promise: 'mutants are found', references: [], remark: '' },
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
