import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chooseNames } from '../choose-names.mjs';
import { describeAssurance } from '../docs/describe-assurance.mjs';
import { fillPage } from '../docs/fill-page.mjs';
import { createStopSignal, exitStopped } from '../start/listen-for-stop.mjs';
import { auditPackages, packagesRow } from './audit-packages.mjs';
import { judgeRow } from './judge-row.mjs';
import { readRows } from './read-rows.mjs';
import { checks } from './run-checks.mjs';
import { runTests } from './run-tests.mjs';
import { writeFigures } from './write-figures.mjs';

const rootDir = join(import.meta.dirname, '../..');
const dataPath = join(rootDir, 'docs/assurance.yaml');
const pagePath = join(rootDir, 'docs/assurance.md');

/** @typedef {import('./judge-row.mjs').Outcome} Outcome */

/**
 * Runs the tests of the chosen rows in their long form, writes the outcomes into docs/assurance.yaml and docs/assurance.md,
 * and ends this process.
 * @param {string[]} words `[--list] [row …]`
 */
export async function runAssurance(words) {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { list: { type: 'boolean' } },
  });
  const startedAt = new Date();
  const all = readRows(readFileSync(dataPath, 'utf8'));
  const names = chooseNames(
    positionals,
    all.map(({ name }) => name),
  );
  const rows = all.filter(({ name }) => names.includes(name));
  if (values.list) {
    for (const { name, promise } of rows) console.log(`${name.padEnd(4)} ${promise}`);
    return;
  }
  const signal = createStopSignal();
  const { outcomes, hasOtherFault } = await runRows(rows, signal);
  // An interrupted run proves nothing.
  if (signal.aborted) process.exit(exitStopped);

  const run = { path: dataPath, outcomes, at: startedAt };
  const data = await writeFigures(readFileSync(dataPath, 'utf8'), run);
  writeFileSync(dataPath, data);
  const tables = describeAssurance(readRows(data));
  writeFileSync(pagePath, await fillPage(pagePath, readFileSync(pagePath, 'utf8'), tables));
  showOutcomes(outcomes, startedAt);
  if (hasOtherFault) console.log('A test that no row names failed: see above.');
  process.exit(hasOtherFault || outcomes.some(({ verdict }) => verdict === 'failed') ? 1 : 0);
}

/**
 * @param {readonly import('./read-rows.mjs').AssuranceRow[]} rows
 * @param {AbortSignal} signal
 * @returns {Promise<{ outcomes: Outcome[], hasOtherFault: boolean }>}
 */
async function runRows(rows, signal) {
  const folder = mkdtempSync(join(tmpdir(), 'assurance-'));
  try {
    const tested = rows.filter(({ name }) => !(name in checks));
    const paths = [...new Set(tested.flatMap(({ references }) => references.map(({ path }) => path)))];
    const run = { exitCode: 0, results: [], figures: new Map() };
    if (paths.length > 0) {
      console.log(`› ${paths.length} test files of ${tested.length} rows, in their long form …`);
      Object.assign(run, await runTests({ rootDir, folder, paths, signal }));
    }
    const outcomes = tested.map((row) => judgeRow(row, run.results, run.figures.get(row.name) ?? []));
    const packages = outcomes.find(({ name }) => name === packagesRow);
    if (packages !== undefined && !signal.aborted) addAdvice(packages, auditPackages(rootDir));
    const hasOtherFault = run.exitCode !== 0 && outcomes.every(({ verdict }) => verdict !== 'failed');
    for (const [name, check] of Object.entries(checks)) {
      if (signal.aborted || !rows.some((row) => row.name === name)) continue;
      console.log(`› ${name} …`);
      const { isGreen, figure } = await check(signal);
      outcomes.push({ name, verdict: isGreen ? 'green' : 'failed', figure, missing: [] });
    }
    return { outcomes, hasOtherFault };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {Outcome} outcome @param {import('./audit-packages.mjs').Advice} advice */
function addAdvice(outcome, { verdict, figure }) {
  if (verdict === 'not run') outcome.missing = [...outcome.missing, figure];
  else outcome.figure = [outcome.figure, figure].filter(Boolean).join('; ');
  if (verdict === 'failed') outcome.verdict = 'failed';
}

/** @param {readonly Outcome[]} outcomes @param {Date} startedAt */
function showOutcomes(outcomes, startedAt) {
  const minutes = ((Date.now() - startedAt.getTime()) / 60_000).toFixed(1);
  console.log(`\nAfter ${minutes} minutes:`);
  for (const { name, verdict, figure, missing } of outcomes) {
    const rest = missing.length === 0 ? [] : [`not run: ${missing.join(', ')}`];
    console.log(`${name.padEnd(4)} ${verdict.padEnd(8)} ${[figure, ...rest].filter(Boolean).join('; ')}`);
  }
}
