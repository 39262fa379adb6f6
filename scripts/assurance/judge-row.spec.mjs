import { describe, expect, it } from 'vitest';
import { judgeRow } from './judge-row.mjs';

const path = 'test/survive-kill.e2e-spec.ts';

/** @param {'passed' | 'failed' | 'skipped'} status @param {string[]} titles @returns {import('./judge-row.mjs').TestResult} */
const result = (status, ...titles) => ({ path, titles, status });

/** @param {string[]} titles */
const rowOf = (...titles) => ({
  name: 'R1',
  promise: '',
  references: [{ path, titles }],
  note: '',
  lastRun: '',
});

describe('judgeRow', () => {
  it('is green if all its tests passed, and has the figures and the number of tests', () => {
    const results = [result('passed', 'a service', 'lives'), result('passed', 'a service', 'goes on')];
    expect(judgeRow(rowOf('lives', 'goes on'), results, ['200 kills', '200 kills'])).toEqual({
      name: 'R1',
      verdict: 'green',
      figure: '200 kills; 2 tests',
      missing: [],
    });
  });

  it('uses all tests of a block whose title it names', () => {
    const results = [result('passed', 'a service', 'lives'), result('failed', 'a service', 'goes on')];
    expect(judgeRow(rowOf('a service'), results, [])).toMatchObject({
      verdict: 'failed',
      figure: '1 of 2 tests failed',
    });
  });

  it('has failed if a test failed in one project and passed in another', () => {
    const results = [result('passed', 'lives'), result('failed', 'lives')];
    expect(judgeRow(rowOf('lives'), results, ['200 kills']).verdict).toBe('failed');
  });

  it.each([
    ['may not publish %s there', 'may not publish license.status there'],
    ['names $row.name, and goes on', 'names R1, and goes on'],
    ['after each of ${kills} kills (at random)', 'after each of 200 kills (at random)'],
    ['of a part', 'a title of a part alone'],
  ])('finds by the title “%s” the test “%s”', (title, shown) => {
    expect(judgeRow(rowOf(title), [result('passed', shown)], []).verdict).toBe('green');
  });

  it('has not run if only tests of another file or title ran', () => {
    const other = { ...result('passed', 'lives'), path: 'test/other.e2e-spec.ts' };
    const results = [other, result('passed', 'goes on'), result('skipped', 'lives')];
    expect(judgeRow(rowOf('lives'), results, [])).toEqual({
      name: 'R1',
      verdict: 'not run',
      figure: '',
      missing: ['lives'],
    });
    expect(judgeRow({ ...rowOf(), references: [] }, results, []).verdict).toBe('not run');
  });

  it('lists the titles of which no test ran', () => {
    const results = [result('passed', 'lives')];
    expect(judgeRow(rowOf('lives', 'in a container'), results, [])).toMatchObject({
      verdict: 'green',
      figure: '1 test',
      missing: ['in a container'],
    });
  });
});
