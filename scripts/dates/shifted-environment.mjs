import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { libfaketime } from '../prepare/test-tools.mjs';
import { StepFailedError } from '../run-step.mjs';

const longestStartMs = 30_000;

/**
 * Returns the environment in which every process sees the date of a shift. The monotonic clock stays real, because timeouts
 * go by it. The offset is the same for a process that starts later, so that all of them agree.
 * @param {import('./plan-shifts.mjs').Shift} shift
 * @param {Date} now
 * @returns {NodeJS.ProcessEnv}
 */
export function shiftedEnvironment({ startsAt, timeZone }, now) {
  const path = libfaketime.find();
  if (path === null) throw new StepFailedError('libfaketime is not there: node scripts/prepare.mjs dates');
  return {
    ...process.env,
    TZ: timeZone,
    LD_PRELOAD: path,
    FAKETIME: `+${Math.round((startsAt.getTime() - now.getTime()) / 1000)}`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

/**
 * Makes sure that Node sees the date: tests that see the present would all pass, and show nothing.
 * @param {import('./plan-shifts.mjs').Shift} shift
 * @param {NodeJS.ProcessEnv} env
 * @throws {StepFailedError}
 */
export async function requireShiftedDate({ name, startsAt }, env) {
  const { stdout } = await promisify(execFile)(process.execPath, ['-p', 'Date.now()'], {
    env,
    timeout: longestStartMs,
  });
  const seen = new Date(Number(stdout));
  if (Math.abs(seen.getTime() - startsAt.getTime()) > longestStartMs + 1000) {
    throw new StepFailedError(`${name}: Node does not see the shifted date, but ${seen.toISOString()}`);
  }
}
