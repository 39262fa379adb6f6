import { existsSync } from 'node:fs';
import { findOnPath } from '../find-on-path.mjs';
import { runCaptured, runStep, StepFailedError } from '../run-step.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const PLACES = [
  '/usr/bin/chromium',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const CURE = 'install it, on Debian with `sudo apt-get install chromium`, and run the same command again';

/**
 * The browser that the tests of the page drive: on PATH, or where its installers put it.
 * @returns {string | null}
 */
export function findChromium() {
  return NAMES.flatMap((name) => findOnPath(name))[0] ?? PLACES.find((place) => existsSync(place)) ?? null;
}

/**
 * Sees to it that there is a Chromium, with a font to write with.
 * @throws {StepFailedError} names the cure
 */
export async function provideChromium() {
  if (findChromium() !== null) return;
  if (process.getuid?.() !== 0 || findOnPath('apt-get').length === 0) {
    throw new StepFailedError(`Chromium, which the tests of the page drive, was not found: ${CURE}`);
  }
  await runStep('Updating the lists of apt', () => runApt('update'));
  await runStep('Installing Chromium with apt, for the tests of the page', () =>
    runApt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'),
  );
  if (findChromium() === null) throw new StepFailedError(`Chromium was installed, but not found: ${CURE}`);
}

/** @param {string[]} args */
function runApt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return runCaptured({ command: 'apt-get', args: ['-q', ...args], cwd: '/', env });
}
