import { findOnPath } from '../find-on-path.mjs';
import { runCaptured, runStep } from '../run-step.mjs';

/** Whether this process may install packages with apt. */
export const canInstallWithApt = () => process.getuid?.() === 0 && findOnPath('apt-get').length > 0;

/** @param {readonly string[]} packages @param {string} purpose */
export async function installWithApt(packages, purpose) {
  await runStep('Updating the lists of apt', () => runApt('update'));
  await runStep(`Installing ${packages.join(', ')} with apt, ${purpose}`, () =>
    runApt('install', '-y', '--no-install-recommends', ...packages),
  );
}

/** @param {string[]} args */
function runApt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return runCaptured({ command: 'apt-get', args: ['-q', ...args], cwd: '/', env });
}
