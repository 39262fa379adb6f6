import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath } from '../find-on-path.mjs';
import { runCaptured, runStep } from '../run-step.mjs';
import { npmCommand } from './npm-command.mjs';

const ROOT_DIR = join(import.meta.dirname, '../..');
const TOOLS = ['make', 'g++', 'python3'];
const CURE =
  'SQLite is compiled where no ready-made binary for this Node can be had, which needs make, g++ and python3: on Debian ' +
  '`sudo apt-get install make g++ python3`. Then run the same command again.\n';

/** The package that src/persistence/sqlite.ts chooses on this Node, and the script of its own that makes its binary. */
const [name, script] =
  Number(process.versions['napi']) >= 10
    ? ['better-sqlite3-13', 'build-release']
    : ['better-sqlite3', 'install'];
const folder = join(ROOT_DIR, 'node_modules', name);

export const isSqliteInstalled = () => existsSync(join(folder, 'package.json'));

/**
 * Makes the binary of SQLite where the package brings none for this Node and platform.
 * @throws {import('../run-step.mjs').StepFailedError} after the cure was shown
 */
export async function compileSqlite() {
  if (await isRunning()) return;
  await runStep(
    `Getting or compiling SQLite for Node ${process.versions.node}, up to two minutes`,
    async () => {
      const first = await build();
      return first.exitCode !== 0 && (await installCompilers()) ? build() : first;
    },
  );
}

async function build() {
  const result = await runCaptured({ ...npmCommand('run', script, '--prefix', folder), cwd: folder });
  if (result.exitCode === 0 && (await isRunning())) return result;
  return { exitCode: result.exitCode || 1, output: `${result.output}\n${CURE}` };
}

async function isRunning() {
  const probe = `new (require('${name}'))(':memory:').close()`;
  const { exitCode } = await runCaptured({ command: process.execPath, args: ['-e', probe], cwd: ROOT_DIR });
  return exitCode === 0;
}

/** Resolves to whether it has installed any. */
async function installCompilers() {
  const missing = TOOLS.filter((tool) => findOnPath(tool).length === 0);
  if (missing.length === 0 || process.getuid?.() !== 0 || findOnPath('apt-get').length === 0) return false;
  await runStep('Updating the lists of apt', () => runApt('update'));
  await runStep(`Installing ${missing.join(', ')} with apt, to compile SQLite`, () =>
    runApt('install', '-y', '--no-install-recommends', ...missing),
  );
  return true;
}

/** @param {string[]} args */
function runApt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return runCaptured({ command: 'apt-get', args: ['-q', ...args], cwd: '/', env });
}
