import { expect, it } from 'vitest';
import { readRows } from './read-rows.mjs';

it('readRows reads each row with its files and their titles', () => {
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
