import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runNode } from './run-tests.mjs';

/** The row of docs/assurance.yaml for the mutation check. */
export const mutantsRow = 'M1';

/**
 * Runs the mutation check, which shows itself how it gets on.
 * @param {{ rootDir: string, signal: AbortSignal }} run
 * @returns {Promise<import('./judge-row.mjs').Outcome>}
 */
export async function checkMutants({ rootDir, signal }) {
  const reportPath = join(rootDir, '.cache/mutants.json');
  rmSync(reportPath, { force: true });
  const exitCode = await runNode({
    args: [
      join(rootDir, 'node_modules/@stryker-mutator/core/bin/stryker.js'),
      'run',
      'scripts/mutate/stryker.config.mjs',
    ],
    cwd: rootDir,
    signal,
  });
  const figure = existsSync(reportPath) ? describeMutants(readFileSync(reportPath, 'utf8')) : '';
  return { name: mutantsRow, verdict: exitCode === 0 ? 'green' : 'failed', figure, missing: [] };
}

/** @param {string} report of Stryker, in the schema of mutation testing reports @returns {string} */
export function describeMutants(report) {
  /** @type {{ files: Record<string, { mutants: { status: string }[] }> }} */
  const { files } = JSON.parse(report);
  const all = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const found = all.filter((status) => status === 'Killed' || status === 'Timeout').length;
  const left = all.filter((status) => status === 'Survived' || status === 'NoCoverage').length;
  const percent = ((100 * found) / (found + left)).toFixed(1);
  return `${found} of ${found + left} mutants found (${percent} %)`;
}
