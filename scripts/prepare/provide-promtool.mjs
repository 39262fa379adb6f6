import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fetchWithApt } from '../apt/fetch-with-apt.mjs';
import { findOnPath } from '../find-on-path.mjs';
import { runStep, StepFailedError } from '../run-step.mjs';

const CACHE_DIR = join(import.meta.dirname, '../../.cache');
const CACHED_PATH = join(CACHE_DIR, 'prometheus/usr/bin/promtool');
const CURE =
  'put the promtool of a Prometheus release on PATH (on Debian the package prometheus has it, with Homebrew too), and run ' +
  'the same command again';

/**
 * The tool that tests the alert rules: on PATH, or fetched earlier.
 * @returns {string | null}
 */
export function findPromtool() {
  return findOnPath('promtool')[0] ?? (existsSync(CACHED_PATH) ? CACHED_PATH : null);
}

/**
 * Sees to it that there is a promtool. Its package is unpacked and not installed, which would start a Prometheus.
 * @throws {StepFailedError} names the cure
 */
export async function providePromtool() {
  if (findPromtool() !== null) return;
  if (findOnPath('apt-get').length === 0) throw missing('there is no apt to fetch it with');
  await runStep('Fetching promtool from Debian into .cache/, for the tests of the alerts', async () => {
    const fetched = await fetchWithApt('prometheus', CACHE_DIR);
    return fetched.isFetched
      ? { exitCode: 0, output: '' }
      : { exitCode: 1, output: `${missing(fetched.reason).message}\n` };
  });
  if (findPromtool() === null) throw missing('the package that apt fetched has none');
}

/** @param {string} reason */
function missing(reason) {
  return new StepFailedError(`promtool, which tests the alerts, was not found (${reason}): ${CURE}`);
}
