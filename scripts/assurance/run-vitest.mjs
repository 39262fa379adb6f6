import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, relative } from 'node:path';

/**
 * @typedef {object} TestResult one test of one project
 * @property {string} path relative to the repository
 * @property {readonly string[]} titles those of the blocks around it, then its own
 * @property {'passed' | 'failed' | 'skipped'} status
 */

/**
 * Runs vitest with a report of its results in a JSON file. Returns the exit code.
 * @param {{ args: readonly string[], rootDir: string, resultsPath: string, env: NodeJS.ProcessEnv, signal: AbortSignal }} run
 */
export function runVitest({ args, rootDir, resultsPath, env, signal }) {
  const vitest = [join(rootDir, 'node_modules/vitest/vitest.mjs'), 'run'];
  const report = ['--reporter=json', `--outputFile.json=${resultsPath}`];
  return runNode({ args: [...vitest, ...report, ...args], cwd: rootDir, env, signal });
}

/**
 * Runs a script of Node with the output of this process. Returns its exit code, or 1 if a signal ended it.
 * @param {{ args: readonly string[], cwd: string, env?: NodeJS.ProcessEnv, signal: AbortSignal }} call
 */
export async function runNode({ args, cwd, env = process.env, signal }) {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const end = () => child.kill('SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  const [code] = await once(child, 'close');
  signal.removeEventListener('abort', end);
  return typeof code === 'number' ? code : 1;
}

/**
 * Reads the report of the JSON reporter of vitest.
 * @param {string} text
 * @param {string} rootDir
 * @returns {{ tests: TestResult[], brokenFiles: string[] }} a broken file failed, but none of its tests did
 */
export function readResults(text, rootDir) {
  /** @type {{ testResults: { name: string, status?: string, assertionResults: { ancestorTitles: string[], title: string, status: string }[] }[] }} */
  const { testResults } = JSON.parse(text);
  return {
    tests: testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ ancestorTitles, title, status }) => ({
        path: relative(rootDir, name),
        titles: [...ancestorTitles, title],
        status: status === 'passed' || status === 'failed' ? status : 'skipped',
      })),
    ),
    brokenFiles: testResults
      .filter((file) => hasFailed(file) && !file.assertionResults.some(hasFailed))
      .map(({ name }) => relative(rootDir, name)),
  };
}

const hasFailed = (/** @type {{ status?: string }} */ { status }) => status === 'failed';
