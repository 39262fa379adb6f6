import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chooseNames } from '../choose-names.mjs';
import { createStopSignal, exitStopped } from '../start/listen-for-stop.mjs';
import { planShifts } from './plan-shifts.mjs';
import { runShift } from './run-shift.mjs';
import { requireShiftedDate, shiftedEnvironment } from './shifted-environment.mjs';
import { testsOnTheBrokersClock } from './tests-on-the-brokers-clock.mjs';

const rootDir = join(import.meta.dirname, '../..');
const reportPath = join(rootDir, '.cache/dates.json');
const allProjects = ['unit', 'mock-auth-server', 'client', 'e2e'];

/** @typedef {import('./run-shift.mjs').ShiftOutcome} ShiftOutcome */
/** @typedef {{ projects: readonly string[], files: readonly string[], folder: string, signal: AbortSignal }} Choice */

/**
 * Runs the tests on each chosen date, prints the failures of each date, and ends this process.
 * @param {string[]} words `[--list] [--shift name]… [--project name]… [file …]`
 */
export async function runDates(words) {
  const { values, positionals: files } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      list: { type: 'boolean', default: false },
      shift: { type: 'string', multiple: true, default: [] },
      project: { type: 'string', multiple: true, default: [] },
    },
  });
  const shifts = planShifts(new Date());
  const names = chooseNames(
    values.shift,
    shifts.map(({ name }) => name),
  );
  const projects = chooseNames(values.project, allProjects);
  if (values.list) {
    for (const { name, what, startsAt } of shifts)
      console.log(`${name.padEnd(16)} ${startsAt.toISOString()}  ${what}`);
    return;
  }
  const signal = createStopSignal();
  rmSync(reportPath, { force: true });
  const folder = mkdtempSync(join(tmpdir(), 'dates-'));
  /** @type {ShiftOutcome[]} */
  const outcomes = [];
  try {
    for (const name of names) {
      if (!signal.aborted) outcomes.push(await runOnDate(name, { projects, files, folder, signal }));
    }
    if (projects.includes('e2e') && files.length === 0 && !signal.aborted) {
      outcomes.push(await runOnTheBrokersClock(folder, signal));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (signal.aborted) process.exit(exitStopped);
  mkdirSync(join(rootDir, '.cache'), { recursive: true });
  const report = outcomes.map((outcome) => ({ ...outcome, passed: outcome.passed.length }));
  writeFileSync(reportPath, JSON.stringify(report));
  showOutcomes(outcomes);
  process.exit(outcomes.some(({ failed }) => failed.length > 0) ? 1 : 0);
}

/** @param {string} name @param {Choice} choice */
async function runOnDate(name, { projects, files, folder, signal }) {
  // Planned again, because an earlier shift may have taken an hour.
  const now = new Date();
  const shift = planShifts(now).find((candidate) => candidate.name === name);
  if (shift === undefined) throw new Error(`There is no shift ${name}.`);
  const env = shiftedEnvironment(shift, now);
  await requireShiftedDate(shift, env);
  console.log(`\n› ${name}: ${shift.what}, from ${shift.startsAt.toISOString()}, TZ=${shift.timeZone} …`);
  const excluded = testsOnTheBrokersClock.map((test) => test.name.replaceAll(/[^\w\s]/g, String.raw`\$&`));
  const args = [
    ...projects.map((project) => `--project=${project}`),
    `--testNamePattern=^(?!(${excluded.join('|')})$)`,
    ...(files.length > 0 ? files : findTestFiles()),
  ];
  return runShift({ name, rootDir, folder, args, env, signal });
}

/**
 * Runs the whole files of these tests, because a test may build on the tests before it.
 * @param {string} folder
 * @param {AbortSignal} signal
 */
async function runOnTheBrokersClock(folder, signal) {
  const tests = testsOnTheBrokersClock.map(({ path, name }) => `${path}: ${name}`);
  console.log(
    `\n› today: ${tests.length} tests that depend on the clock of the broker, which cannot be shifted …`,
  );
  const files = new Set(testsOnTheBrokersClock.map(({ path }) => path));
  const args = ['--project=e2e', ...files];
  const outcome = await runShift({ name: 'today', rootDir, folder, args, env: process.env, signal });
  const seen = [...outcome.passed, ...outcome.failed];
  const missing = tests.filter((test) => !seen.includes(test)).map((test) => `${test} (no such test)`);
  return { ...outcome, failed: [...outcome.failed, ...missing] };
}

/**
 * Returns all tests except those with a browser: Chromium does not start under libfaketime, and the pages get their dates
 * from the service. `--exclude` of vitest does not apply to projects.
 */
function findTestFiles() {
  const usesBrowser = /from '\.\/support\/(browser|store-page|mock-page)\.js'/;
  const endToEnd = readdirSync(join(rootDir, 'test'))
    .filter((name) => name.endsWith('.e2e-spec.ts'))
    .map((name) => `test/${name}`)
    .filter((path) => !usesBrowser.test(readFileSync(join(rootDir, path), 'utf8')));
  return ['src/', 'scripts/', 'bench/', 'mock-auth-server/', 'client/', ...endToEnd];
}

/** @param {readonly ShiftOutcome[]} outcomes */
function showOutcomes(outcomes) {
  console.log('\nTests on other dates:');
  for (const { name, passed, failed, seconds } of outcomes) {
    console.log(`${name.padEnd(16)} ${passed.length} passed, ${failed.length} failed, in ${seconds} s`);
    for (const test of failed) console.log(`    ✗ ${test}`);
  }
}
