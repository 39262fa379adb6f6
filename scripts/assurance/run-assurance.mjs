import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeAssurance } from '../docs/describe-assurance.mjs';
import { fillPage } from '../docs/fill-page.mjs';
import { listenForStop } from '../start/listen-for-stop.mjs';
import { auditPackages, packagesRow } from './audit-packages.mjs';
import { checkDates, datesRow } from './check-dates.mjs';
import { checkMutants, mutantsRow } from './check-mutants.mjs';
import { checkNodes, nodesRow } from './check-nodes.mjs';
import { judgeRow } from './judge-row.mjs';
import { readArguments } from './read-arguments.mjs';
import { readRows } from './read-rows.mjs';
import { runTests } from './run-tests.mjs';
import { writeFigures } from './write-figures.mjs';

const EXIT_STOPPED = 130;
const rootDir = join(import.meta.dirname, '../..');
const dataPath = join(rootDir, 'docs/assurance.yaml');
const pagePath = join(rootDir, 'docs/assurance.md');

/** @typedef {import('./judge-row.mjs').Outcome} Outcome */

/**
 * Runs the tests of the rows that the command line names, or of all rows, in their long form, writes what they found into
 * docs/assurance.yaml and the page that comes from it, and ends this process.
 * @param {readonly string[]} words
 */
export async function runAssurance(words) {
  const startedAt = new Date();
  const all = readRows(readFileSync(dataPath, 'utf8'));
  const { isList, names } = readArguments(
    words,
    all.map(({ name }) => name),
  );
  const rows = all.filter(({ name }) => names.includes(name));
  if (isList) {
    for (const { name, promise } of rows) console.log(`${name.padEnd(4)} ${promise}`);
    return;
  }
  const stop = new AbortController();
  listenForStop({ onStop: () => stop.abort(), onStopAtOnce: () => process.exit(EXIT_STOPPED) });
  const { outcomes, hasOtherFault } = await runRows(rows, stop.signal);
  // What was cut off says nothing about a promise.
  if (stop.signal.aborted) process.exit(EXIT_STOPPED);

  const run = { path: dataPath, outcomes, at: startedAt };
  const data = await writeFigures(readFileSync(dataPath, 'utf8'), run);
  writeFileSync(dataPath, data);
  const tables = describeAssurance(readRows(data));
  writeFileSync(pagePath, await fillPage(pagePath, readFileSync(pagePath, 'utf8'), tables));
  showOutcomes(outcomes, startedAt);
  if (hasOtherFault) console.log('Something failed that no row names: see above.');
  process.exit(hasOtherFault || outcomes.some(({ verdict }) => verdict === 'failed') ? 1 : 0);
}

/**
 * @param {readonly import('./read-rows.mjs').AssuranceRow[]} rows
 * @param {AbortSignal} signal
 * @returns {Promise<{ outcomes: Outcome[], hasOtherFault: boolean }>} in the order of the rows
 */
async function runRows(rows, signal) {
  const folder = mkdtempSync(join(tmpdir(), 'assurance-'));
  try {
    const isRun = (/** @type {string} */ wanted) => rows.some(({ name }) => name === wanted);
    const tested = rows.filter(({ name }) => ![mutantsRow, datesRow, nodesRow].includes(name));
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
    if (isRun(nodesRow) && !signal.aborted) outcomes.push(await checkNodes());
    if (isRun(mutantsRow) && !signal.aborted) {
      console.log('› Mutants of what decides about a license and about a token …');
      outcomes.push(await checkMutants({ rootDir, signal }));
    }
    if (isRun(datesRow) && !signal.aborted) {
      console.log('› The tests on other dates …');
      outcomes.push(await checkDates({ rootDir, signal }));
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
