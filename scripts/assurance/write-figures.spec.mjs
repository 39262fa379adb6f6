import { describe, expect, it } from 'vitest';
import { describeDates } from './check-dates.mjs';
import { describeMutants } from './check-mutants.mjs';
import { readFigures, readResults } from './run-tests.mjs';
import { writeFigures } from './write-figures.mjs';

const text = `# A comment stays.
- row: R1
  promise: lives
  note: on SQLite
  lastRun: '2026-01-01: 30 kills'
- row: R2
  promise: tells
- row: R3
  promise: waits
  note: 120 events
  lastRun: '2026-01-01: 1 test'
`;
const at = new Date('2026-11-24T23:59:59Z');

describe('writeFigures', () => {
  it('replaces what the last run wrote, keeps what a person wrote, and leaves the other rows', async () => {
    /** @type {import('./judge-row.mjs').Outcome[]} */
    const outcomes = [
      { name: 'R1', verdict: 'green', figure: '200 kills; 1 test', missing: [] },
      { name: 'R2', verdict: 'failed', figure: '1 of 2 tests failed', missing: [] },
      { name: 'R3', verdict: 'not run', figure: '', missing: ['waits'] },
    ];
    const run = { path: 'docs/assurance.yaml', outcomes, at };
    const written = await writeFigures(text, run);
    expect(written).toBe(
      text
        .replace('2026-01-01: 30 kills', '2026-11-24: 200 kills; 1 test')
        .replace('tells\n', "tells\n  lastRun: '2026-11-24: failed (1 of 2 tests failed)'\n"),
    );
    expect(await writeFigures(written, run)).toBe(written);
  });
});

describe('what a run leaves behind', () => {
  it('is read from the reporter of vitest, with paths of the repository', () => {
    const assertionResults = [
      { ancestorTitles: ['a service'], title: 'lives', status: 'passed' },
      { ancestorTitles: [], title: 'waits', status: 'todo' },
    ];
    const report = JSON.stringify({ testResults: [{ name: '/checkout/test/a.ts', assertionResults }] });
    expect(readResults(report, '/checkout')).toEqual([
      { path: 'test/a.ts', titles: ['a service', 'lives'], status: 'passed' },
      { path: 'test/a.ts', titles: ['waits'], status: 'skipped' },
    ]);
  });

  it('is read from the file of figures, by row', () => {
    const lines = [
      '{"row":"R1","figure":"200 kills"}',
      '{"row":"S1","figure":"3"}',
      '{"row":"R1","figure":"0 lost"}',
    ];
    expect(readFigures(`${lines.join('\n')}\n`)).toEqual(
      new Map([
        ['R1', ['200 kills', '0 lost']],
        ['S1', ['3']],
      ]),
    );
  });

  it('is read from the report of the mutation check, without the mutants that count for nothing', () => {
    const mutants = ['Killed', 'Timeout', 'Killed', 'Survived', 'NoCoverage', 'Ignored', 'CompileError'];
    const files = { 'a.ts': { mutants: mutants.map((status) => ({ status })) }, 'b.ts': { mutants: [] } };
    expect(describeMutants(JSON.stringify({ files }))).toBe('3 of 5 mutants found (60.0 %)');
  });

  it('is read from the report of the tests on other dates, with what failed', () => {
    const outcomes = [
      { name: '1-day', passed: 7, failed: [], seconds: 1 },
      { name: 'leap-day', passed: 5, failed: ['a', 'b'], seconds: 1 },
    ];
    expect(describeDates(JSON.stringify(outcomes))).toBe('1-day: 7 tests, leap-day: 5 tests and 2 failures');
  });
});
