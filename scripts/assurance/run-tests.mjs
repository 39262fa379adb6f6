import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readResults, runVitest } from './run-vitest.mjs';

/** The counts and durations of the long form. A variable of the environment overrides its value. */
const longForm = {
  KILLS: '200',
  KILL_STEPS: 'all',
  STOPS: '60',
  FAILING_CALLS: 'all',
  FREEZES: 'all',
  FUZZ_CASES: '100000',
  ANSWER_CASES: '100000',
  SOAK_MINUTES: '10',
  GUIDE_LANGUAGES: 'all',
  PLANTED_BUGS: 'all',
  LOOKS: 'all',
  // Only root may mount one.
  ...(process.getuid?.() === 0 && { SMALL_DISK: 'on' }),
};

/**
 * Runs test files in their long form, in each project that includes them.
 * @param {{ rootDir: string, folder: string, paths: readonly string[], signal: AbortSignal }} run
 * @returns {Promise<{ exitCode: number, results: readonly import('./run-vitest.mjs').TestResult[], figures: ReadonlyMap<string, readonly string[]> }>}
 *   `results` is empty if the run ended early; `figures` are those of `reportFigure`, by row
 */
export async function runTests({ rootDir, folder, paths, signal }) {
  const [resultsPath, figuresPath] = [join(folder, 'results.json'), join(folder, 'figures.jsonl')];
  const exitCode = await runVitest({
    // Tests with containers need an engine, and have their own command.
    args: ['--project=!containers', '--reporter=default', ...paths],
    rootDir,
    resultsPath,
    env: { ...longForm, ...process.env, ASSURANCE_FIGURES: figuresPath },
    signal,
  });
  return {
    exitCode,
    results: existsSync(resultsPath) ? readResults(readFileSync(resultsPath, 'utf8'), rootDir).tests : [],
    figures: existsSync(figuresPath) ? readFigures(readFileSync(figuresPath, 'utf8')) : new Map(),
  };
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
