import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CommandError } from '../command-error.mjs';
import { libfaketime } from '../prepare/test-tools.mjs';

const longestStartMs = 30_000;

/**
 * Returns the environment in which a process sees the date of a shift. The monotonic clock stays real, because timeouts
 * depend on it. All processes have the same offset.
 * @param {import('./plan-shifts.mjs').Shift} shift
 * @param {Date} now
 * @returns {NodeJS.ProcessEnv}
 */
export function shiftedEnvironment({ startsAt, timeZone }, now) {
  const path = libfaketime.find();
  if (path === null) throw new CommandError('libfaketime is missing: run node scripts/prepare.mjs dates');
  return {
    ...process.env,
    TZ: timeZone,
    LD_PRELOAD: path,
    FAKETIME: `+${Math.round((startsAt.getTime() - now.getTime()) / 1000)}`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

/**
 * Checks that Node sees the date. Otherwise the tests would pass on the present date.
 * @param {import('./plan-shifts.mjs').Shift} shift
 * @param {NodeJS.ProcessEnv} env
 * @throws {CommandError}
 */
export async function requireShiftedDate({ name, startsAt }, env) {
  const { stdout } = await promisify(execFile)(process.execPath, ['-p', 'Date.now()'], {
    env,
    timeout: longestStartMs,
  });
  const seen = new Date(Number(stdout));
  if (Math.abs(seen.getTime() - startsAt.getTime()) > longestStartMs + 1000) {
    throw new CommandError(`${name}: Node sees ${seen.toISOString()} in place of the shifted date`);
  }
}
