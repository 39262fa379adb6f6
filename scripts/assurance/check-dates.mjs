import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runNode } from './run-tests.mjs';

/** The row of docs/assurance.md of the check of other dates. */
export const datesRow = 'M2';

/**
 * Runs the tests on other dates, which shows itself how it gets on.
 * @param {{ rootDir: string, signal: AbortSignal }} run
 * @returns {Promise<import('./judge-row.mjs').Outcome>}
 */
export async function checkDates({ rootDir, signal }) {
  const reportPath = join(rootDir, '.cache/dates.json');
  rmSync(reportPath, { force: true });
  const exitCode = await runNode({ args: [join(rootDir, 'scripts/test-dates.mjs')], cwd: rootDir, signal });
  const figure = existsSync(reportPath) ? describeDates(readFileSync(reportPath, 'utf8')) : '';
  return { name: datesRow, verdict: exitCode === 0 ? 'green' : 'failed', figure, missing: [] };
}

/** @param {string} report of `npm run test:dates` @returns {string} */
export function describeDates(report) {
  /** @type {{ name: string, passed: number, failed: string[] }[]} */
  const outcomes = JSON.parse(report);
  return outcomes
    .map(({ name, passed, failed }) => {
      const failures = failed.length === 0 ? '' : ` and ${failed.length} failures`;
      return `${name}: ${passed} tests${failures}`;
    })
    .join(', ');
}
