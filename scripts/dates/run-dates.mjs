import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenForStop } from '../start/listen-for-stop.mjs';
import { planShifts } from './plan-shifts.mjs';
import { readArguments } from './read-arguments.mjs';
import { runShift } from './run-shift.mjs';
import { requireShiftedDate, shiftedEnvironment } from './shifted-environment.mjs';
import { testsOnTheBrokersClock } from './tests-on-the-brokers-clock.mjs';

const exitStopped = 130;
const rootDir = join(import.meta.dirname, '../..');
const reportPath = join(rootDir, '.cache/dates.json');

/** @typedef {import('./run-shift.mjs').ShiftOutcome} ShiftOutcome */

/**
 * Runs the tests on each of the dates that the command line names, shows what failed on which, and ends this process.
 * @param {readonly string[]} words
 */
export async function runDates(words) {
  const shifts = planShifts(new Date());
  const choice = readArguments(
    words,
    shifts.map(({ name }) => name),
  );
  if (choice.isList) {
    for (const { name, what, startsAt } of shifts)
      console.log(`${name.padEnd(16)} ${startsAt.toISOString()}  ${what}`);
    return;
  }
  const stop = new AbortController();
  listenForStop({ onStop: () => stop.abort(), onStopAtOnce: () => process.exit(exitStopped) });
  rmSync(reportPath, { force: true });
  const folder = mkdtempSync(join(tmpdir(), 'dates-'));
  /** @type {ShiftOutcome[]} */
  const outcomes = [];
  try {
    for (const name of choice.shifts) {
      if (!stop.signal.aborted) outcomes.push(await runOnDate(name, choice, folder, stop.signal));
    }
    if (choice.projects.includes('e2e') && choice.files.length === 0 && !stop.signal.aborted) {
      outcomes.push(await runOnTheBrokersClock(choice.minutes, folder, stop.signal));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (stop.signal.aborted) process.exit(exitStopped);
  mkdirSync(join(rootDir, '.cache'), { recursive: true });
  writeFileSync(
    reportPath,
    JSON.stringify(outcomes.map((outcome) => ({ ...outcome, passed: outcome.passed.length }))),
  );
  showOutcomes(outcomes);
  process.exit(outcomes.some(({ failed }) => failed.length > 0) ? 1 : 0);
}

/**
 * @param {string} name
 * @param {ReturnType<typeof readArguments>} choice
 * @param {string} folder
 * @param {AbortSignal} signal
 */
async function runOnDate(name, { projects, files, minutes }, folder, signal) {
  // Planned again, because an earlier shift may have taken an hour.
  const now = new Date();
  const shift = planShifts(now).find((candidate) => candidate.name === name);
  if (shift === undefined) throw new Error(`${name}: no such shift`);
  const env = shiftedEnvironment(shift, now);
  await requireShiftedDate(shift, env);
  console.log(`\n› ${name}: ${shift.what}, from ${shift.startsAt.toISOString()}, TZ=${shift.timeZone} …`);
  const left = testsOnTheBrokersClock.map((test) => escape(test.name));
  const args = [
    ...projects.map((project) => `--project=${project}`),
    `--testNamePattern=^(?!(${left.join('|')})$)`,
    ...(files.length > 0 ? files : findTestFiles()),
  ];
  return runShift({ name, rootDir, folder, args, env, minutes, signal });
}

/**
 * Runs the whole files of these tests, because a test may build on those before it.
 * @param {number} minutes
 * @param {string} folder
 * @param {AbortSignal} signal
 */
async function runOnTheBrokersClock(minutes, folder, signal) {
  const count = testsOnTheBrokersClock.length;
  console.log(`\n› today: ${count} tests that depend on the clock of the broker, which cannot be shifted …`);
  const outcome = await runShift({
    name: 'today',
    rootDir,
    folder,
    args: ['--project=e2e', ...new Set(testsOnTheBrokersClock.map(({ path }) => path))],
    env: process.env,
    minutes,
    signal,
  });
  const seen = [...outcome.passed, ...outcome.failed];
  const unknown = testsOnTheBrokersClock
    .map(({ path, name }) => `${path}: ${name}`)
    .filter((test) => !seen.includes(test));
  return {
    ...outcome,
    failed: [...outcome.failed, ...unknown.map((test) => `${test} (there is no such test)`)],
  };
}

/**
 * All but those with a browser: Chromium does not start under libfaketime, and the pages get their dates from the service.
 * `--exclude` of vitest does not reach the projects, so this names what is to run.
 */
function findTestFiles() {
  const usesBrowser = /from '\.\/support\/(browser|store-page|mock-page)\.js'/;
  const endToEnd = readdirSync(join(rootDir, 'test'))
    .filter((name) => name.endsWith('.e2e-spec.ts'))
    .map((name) => `test/${name}`)
    .filter((path) => !usesBrowser.test(readFileSync(join(rootDir, path), 'utf8')));
  return ['src/', 'scripts/', 'bench/', 'mock-auth-server/', 'client/', ...endToEnd];
}

/** @param {string} text */
function escape(text) {
  return text.replaceAll(/[^\w\s]/g, String.raw`\$&`);
}

/** @param {readonly ShiftOutcome[]} outcomes */
function showOutcomes(outcomes) {
  console.log('\nTests on other dates:');
  for (const { name, passed, failed, seconds } of outcomes) {
    console.log(`${name.padEnd(16)} ${passed.length} passed, ${failed.length} failed, in ${seconds} s`);
    for (const what of failed) console.log(`    ✗ ${what}`);
  }
}
