import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** How often, or for how long, the tests that have a long form do what they do; the environment may say otherwise. */
const longForm = {
  KILLS: '200',
  KILL_STEPS: 'all',
  STOPS: '60',
  FAILING_CALLS: 'all',
  FUZZ_CASES: '100000',
  SOAK_MINUTES: '10',
  // Only root may mount one.
  ...(process.getuid?.() === 0 && { SMALL_DISK: 'on' }),
};

/**
 * @typedef {object} TestRun
 * @property {number} exitCode
 * @property {readonly import('./judge-row.mjs').TestResult[]} results none if it ended before its time
 * @property {ReadonlyMap<string, readonly string[]>} figures what the tests have told with `reportFigure`, by row
 */

/**
 * Runs test files in their long form, in each project that has them, and shows how they get on.
 * @param {{ rootDir: string, folder: string, paths: readonly string[], signal: AbortSignal }} run
 * @returns {Promise<TestRun>}
 */
export async function runTests({ rootDir, folder, paths, signal }) {
  const [resultsPath, figuresPath] = [join(folder, 'results.json'), join(folder, 'figures.jsonl')];
  const exitCode = await runNode({
    args: [
      join(rootDir, 'node_modules/vitest/vitest.mjs'),
      'run',
      // They need an engine, and have a command of their own.
      '--project=!containers',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${resultsPath}`,
      ...paths,
    ],
    cwd: rootDir,
    env: { ...longForm, ...process.env, ASSURANCE_FIGURES: figuresPath },
    signal,
  });
  return {
    exitCode,
    results: existsSync(resultsPath) ? readResults(readFileSync(resultsPath, 'utf8'), rootDir) : [],
    figures: existsSync(figuresPath) ? readFigures(readFileSync(figuresPath, 'utf8')) : new Map(),
  };
}

/**
 * Runs a script of Node with this process's own output. Resolves to its exit code; a signal is 1.
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
 * Reads what the JSON reporter of vitest wrote.
 * @param {string} text
 * @param {string} rootDir
 * @returns {import('./judge-row.mjs').TestResult[]}
 */
export function readResults(text, rootDir) {
  /** @type {{ testResults: { name: string, assertionResults: { ancestorTitles: string[], title: string, status: string }[] }[] }} */
  const { testResults } = JSON.parse(text);
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title, status }) => ({
      path: relative(rootDir, name),
      titles: [...ancestorTitles, title],
      status: status === 'passed' || status === 'failed' ? status : 'skipped',
    })),
  );
}

/** @param {string} text of the file that `reportFigure` writes @returns {Map<string, string[]>} */
export function readFigures(text) {
  const figures = new Map();
  for (const line of text.split('\n').filter(Boolean)) {
    /** @type {{ row: string, figure: string }} */
    const { row, figure } = JSON.parse(line);
    figures.set(row, [...(figures.get(row) ?? []), figure]);
  }
  return figures;
}
