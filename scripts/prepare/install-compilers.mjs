import { findOnPath } from '../find-on-path.mjs';
import { runCaptured, runStep } from '../run-step.mjs';

const TOOLS = ['make', 'g++', 'python3'];

export const COMPILERS_CURE =
  'Where no ready-made binary of it can be downloaded, it is compiled, which needs make, g++ and python3: on Debian ' +
  '`sudo apt-get install make g++ python3`. Then delete node_modules, and run the same command again.';

/**
 * Installs the compilers of the native addon where they are missing and we may. Elsewhere the installation goes on
 * without, since npm may find a ready-made binary.
 */
export async function installCompilers() {
  const missing = TOOLS.filter((tool) => findOnPath(tool).length === 0);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || findOnPath('apt-get').length === 0) {
    console.log(`› ${missing.join(', ')} not found. If the installation fails: ${COMPILERS_CURE}`);
    return;
  }
  await runStep('Updating the lists of apt', () => runApt('update'));
  await runStep(`Installing ${missing.join(', ')} with apt, to compile the native addon better-sqlite3`, () =>
    runApt('install', '-y', '--no-install-recommends', ...missing),
  );
}

/** @param {string[]} args */
function runApt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return runCaptured({ command: 'apt-get', args: ['-q', ...args], cwd: '/', env });
}
