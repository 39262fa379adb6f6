import { describe, expect, it } from 'vitest';
import { describeDates, describeMutants } from './run-checks.mjs';
import { readFigures } from './run-tests.mjs';
import { readResults } from './run-vitest.mjs';
import { writeFigures } from './write-figures.mjs';

const text = `# A comment stays.
- row: R1
  promise: lives
  note: on SQLite
  lastRun: '2026-01-01: 30 kills'
- row: R2
  promise: publishes
- row: R3
  promise: waits
  note: 120 events
  lastRun: '2026-01-01: 1 test'
`;
const at = new Date('2026-11-24T23:59:59Z');

describe('writeFigures', () => {
  it('replaces the figures of the last run, and keeps the notes and the other rows', async () => {
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
        .replace('publishes\n', "publishes\n  lastRun: '2026-11-24: failed (1 of 2 tests failed)'\n"),
    );
    expect(await writeFigures(written, run)).toBe(written);
  });
});

describe('the report of a run', () => {
  it('is read from the JSON reporter of vitest, with paths relative to the repository', () => {
    const assertionResults = [
      { ancestorTitles: ['a service'], title: 'lives', status: 'passed' },
      { ancestorTitles: [], title: 'waits', status: 'todo' },
    ];
    const report = JSON.stringify({ testResults: [{ name: '/checkout/test/a.ts', assertionResults }] });
    expect(readResults(report, '/checkout').tests).toEqual([
      { path: 'test/a.ts', titles: ['a service', 'lives'], status: 'passed' },
      { path: 'test/a.ts', titles: ['waits'], status: 'skipped' },
    ]);
  });

  it('contains the figures of the tests by row', () => {
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

  it('counts the mutants that were found, without those that were ignored', () => {
    const mutants = ['Killed', 'Timeout', 'Killed', 'Survived', 'NoCoverage', 'Ignored', 'CompileError'];
    const files = { 'a.ts': { mutants: mutants.map((status) => ({ status })) }, 'b.ts': { mutants: [] } };
    expect(describeMutants(JSON.stringify({ files }))).toBe('3 of 5 mutants found (60.0 %)');
  });

  it('counts the tests and failures on each other date', () => {
    const outcomes = [
      { name: '1-day', passed: 7, failed: [], seconds: 1 },
      { name: 'leap-day', passed: 5, failed: ['a', 'b'], seconds: 1 },
    ];
    expect(describeDates(JSON.stringify(outcomes))).toBe('1-day: 7 tests, leap-day: 5 tests and 2 failures');
  });
});
