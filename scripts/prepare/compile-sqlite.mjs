import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { canInstallWithApt, installWithApt } from '../apt/install-with-apt.mjs';
import { findOnPath } from '../find-on-path.mjs';
import { runCaptured, runStep } from '../run-step.mjs';
import { npmCommand } from './npm-command.mjs';

const ROOT_DIR = join(import.meta.dirname, '../..');
const TOOLS = ['make', 'g++', 'python3'];
const REMEDY =
  'There is no ready-made binary of SQLite for this Node. Compiling it needs make, g++ and python3: on Debian ' +
  '`sudo apt-get install make g++ python3`. Then run the same command again.\n';

/** The package that src/persistence/sqlite.ts chooses on this Node, and its script that provides the binary. */
const [name, script] =
  Number(process.versions['napi']) >= 10
    ? ['better-sqlite3-13', 'build-release']
    : ['better-sqlite3', 'install'];
const folder = join(ROOT_DIR, 'node_modules', name);

export const isSqliteInstalled = () => existsSync(join(folder, 'package.json'));

/**
 * Gets or compiles the binary of SQLite, unless the package has one for this Node and platform.
 * @throws {import('../command-error.mjs').CommandError} after the remedy was printed
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
  return { exitCode: result.exitCode || 1, output: `${result.output}\n${REMEDY}` };
}

async function isRunning() {
  const probe = `new (require('${name}'))(':memory:').close()`;
  const { exitCode } = await runCaptured({ command: process.execPath, args: ['-e', probe], cwd: ROOT_DIR });
  return exitCode === 0;
}

/** Returns whether it installed a compiler. */
async function installCompilers() {
  const missing = TOOLS.filter((tool) => findOnPath(tool).length === 0);
  if (missing.length === 0 || !canInstallWithApt()) return false;
  await installWithApt(missing, 'to compile SQLite');
  return true;
}
