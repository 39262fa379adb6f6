import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runNode } from '../assurance/run-tests.mjs';

/**
 * @typedef {object} ShiftOutcome
 * @property {string} name
 * @property {readonly string[]} passed
 * @property {readonly string[]} failed what failed: a test, a file, or the run as a whole
 * @property {number} seconds
 *
 * @typedef {object} VitestRun
 * @property {string} name
 * @property {string} rootDir
 * @property {string} folder for the results
 * @property {readonly string[]} args of vitest
 * @property {NodeJS.ProcessEnv} env
 * @property {number} minutes the most that it may take
 * @property {AbortSignal} signal
 */

/**
 * Runs tests once, shows how they get on, and returns what came of it.
 * @param {VitestRun} run
 * @returns {Promise<ShiftOutcome>}
 */
export async function runShift({ name, rootDir, folder, args, env, minutes, signal }) {
  const startedAt = performance.now();
  const resultsPath = join(folder, `${name}.json`);
  const timeLimit = AbortSignal.timeout(minutes * 60_000);
  const exitCode = await runNode({
    args: [
      join(rootDir, 'node_modules/vitest/vitest.mjs'),
      'run',
      `--reporter=${join(import.meta.dirname, 'progress-reporter.mjs')}`,
      '--reporter=json',
      `--outputFile.json=${resultsPath}`,
      ...args,
    ],
    cwd: rootDir,
    env,
    signal: AbortSignal.any([signal, timeLimit]),
  });
  const { passed, failed } = existsSync(resultsPath)
    ? readOutcome(readFileSync(resultsPath, 'utf8'), rootDir)
    : { passed: [], failed: [] };
  const overall = timeLimit.aborted
    ? `not done within ${minutes} minutes`
    : `vitest ended with ${exitCode} without a test that failed: see its output`;
  return {
    name,
    passed,
    failed: exitCode !== 0 && failed.length === 0 ? [overall] : failed,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  };
}

/**
 * Reads what the JSON reporter of vitest wrote.
 * @param {string} text
 * @param {string} rootDir
 * @returns {{ passed: string[], failed: string[] }} tests as `<path>: <titles>`
 */
export function readOutcome(text, rootDir) {
  /** @type {{ testResults: { name: string, status: string, assertionResults: { fullName: string, status: string }[] }[] }} */
  const { testResults } = JSON.parse(text);
  const passed = [];
  const failed = [];
  for (const { name, status, assertionResults } of testResults) {
    const path = relative(rootDir, name);
    const find = (/** @type {string} */ wanted) =>
      assertionResults.filter((test) => test.status === wanted).map(({ fullName }) => `${path}: ${fullName}`);
    passed.push(...find('passed'));
    failed.push(...find('failed'));
    if (status === 'failed' && find('failed').length === 0)
      failed.push(`${path}: failed before or after its tests`);
  }
  return { passed, failed };
}
