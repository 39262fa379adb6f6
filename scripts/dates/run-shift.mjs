import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readResults, runVitest } from '../assurance/run-vitest.mjs';

const maxMinutes = 45;

/**
 * @typedef {object} ShiftOutcome
 * @property {string} name
 * @property {readonly string[]} passed
 * @property {readonly string[]} failed tests, files, or the run as a whole
 * @property {number} seconds
 */

/**
 * Runs tests once, and prints a dot for each test and the errors at the end.
 * @param {{ name: string, rootDir: string, folder: string, args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal }} run
 * @returns {Promise<ShiftOutcome>}
 */
export async function runShift({ name, rootDir, folder, args, env, signal }) {
  const startedAt = performance.now();
  const resultsPath = join(folder, `${name}.json`);
  const timeLimit = AbortSignal.timeout(maxMinutes * 60_000);
  const exitCode = await runVitest({
    args: ['--reporter=dot', ...args],
    rootDir,
    resultsPath,
    env,
    signal: AbortSignal.any([signal, timeLimit]),
  });
  const text = existsSync(resultsPath) ? readFileSync(resultsPath, 'utf8') : '{"testResults":[]}';
  const { passed, failed } = readOutcome(text, rootDir);
  const overall = timeLimit.aborted
    ? `not finished within ${maxMinutes} minutes`
    : `vitest ended with ${exitCode} although no test failed: see its output`;
  return {
    name,
    passed,
    failed: exitCode !== 0 && failed.length === 0 ? [overall] : failed,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  };
}

/**
 * Reads the report of the JSON reporter of vitest.
 * @param {string} text
 * @param {string} rootDir
 * @returns {{ passed: string[], failed: string[] }} tests as `<path>: <titles>`
 */
export function readOutcome(text, rootDir) {
  const { tests, brokenFiles } = readResults(text, rootDir);
  const find = (/** @type {string} */ wanted) =>
    tests.filter(({ status }) => status === wanted).map(({ path, titles }) => `${path}: ${titles.join(' ')}`);
  return {
    passed: find('passed'),
    failed: [...find('failed'), ...brokenFiles.map((path) => `${path}: failed before or after its tests`)],
  };
}
