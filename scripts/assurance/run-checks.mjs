import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { testNodes } from '../nodes/test-nodes.mjs';
import { runNode } from './run-vitest.mjs';

const rootDir = join(import.meta.dirname, '../..');

/** @typedef {{ isGreen: boolean, figure: string }} CheckResult */

/**
 * The rows that a command of its own checks, in the order of the runs. Each command prints its progress.
 * @type {Record<string, (signal: AbortSignal) => Promise<CheckResult>>}
 */
export const checks = {
  M3: checkNodes,
  M1: (signal) => {
    const stryker = join(rootDir, 'node_modules/@stryker-mutator/core/bin/stryker.js');
    const args = [stryker, 'run', 'scripts/mutate/stryker.config.mjs'];
    return runCheck(args, '.cache/mutants.json', describeMutants, signal);
  },
  M2: (signal) => runCheck(['scripts/test-dates.mjs'], '.cache/dates.json', describeDates, signal),
};

/**
 * @param {readonly string[]} args of Node
 * @param {string} report a file that the check writes
 * @param {(text: string) => string} describe
 * @param {AbortSignal} signal
 * @returns {Promise<CheckResult>}
 */
async function runCheck(args, report, describe, signal) {
  const path = join(rootDir, report);
  rmSync(path, { force: true });
  const exitCode = await runNode({ args, cwd: rootDir, signal });
  return { isGreen: exitCode === 0, figure: existsSync(path) ? describe(readFileSync(path, 'utf8')) : '' };
}

async function checkNodes() {
  try {
    return { isGreen: true, figure: await testNodes(['--starts', '20']) };
  } catch (error) {
    console.error(error);
    return { isGreen: false, figure: 'see the output' };
  }
}

/** @param {string} report of `npm run test:dates` */
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

/** @param {string} report of Stryker */
export function describeMutants(report) {
  /** @type {{ files: Record<string, { mutants: { status: string }[] }> }} */
  const { files } = JSON.parse(report);
  const all = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const found = all.filter((status) => status === 'Killed' || status === 'Timeout').length;
  const left = all.filter((status) => status === 'Survived' || status === 'NoCoverage').length;
  const percent = ((100 * found) / (found + left)).toFixed(1);
  return `${found} of ${found + left} mutants found (${percent} %)`;
}
