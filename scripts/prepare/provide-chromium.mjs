import { existsSync } from 'node:fs';
import { canInstallWithApt, installWithApt } from '../apt/install-with-apt.mjs';
import { CommandError } from '../command-error.mjs';
import { findOnPath } from '../find-on-path.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const PLACES = [
  '/usr/bin/chromium',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const remedy = 'install it, on Debian with `sudo apt-get install chromium`, and run the same command again';

/**
 * Returns the path of the browser for the tests of the pages.
 * @returns {string | null}
 */
export function findChromium() {
  return NAMES.flatMap((name) => findOnPath(name))[0] ?? PLACES.find((place) => existsSync(place)) ?? null;
}

/**
 * Installs Chromium and a font, unless there is a browser.
 * @throws {CommandError} if it cannot
 */
export async function provideChromium() {
  if (findChromium() !== null) return;
  if (canInstallWithApt())
    await installWithApt(['chromium', 'fonts-dejavu-core'], 'for the tests of the pages');
  if (findChromium() === null)
    throw new CommandError(`Chromium, for the tests of the pages, was not found: ${remedy}`);
}
