import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readProcess } from './read-process.mjs';

/**
 * Takes a lock that is a file with this process's id in it. A lock whose process has ended counts as free.
 * @param {string} path
 * @returns {{ isAcquired: true, release: () => void } | { isAcquired: false, pid: number }}
 */
export function acquirePidLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  const own = JSON.stringify({ pid: process.pid, startedAt: readProcess(process.pid)?.startedAt ?? null });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, own);
  try {
    for (;;) {
      if (isLinked(draft, path)) return { isAcquired: true, release: () => releaseLock(path, own) };
      const holder = readHolder(path);
      if (holder !== null && isRunning(holder)) return { isAcquired: false, pid: holder.pid };
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * A link appears with its content or not at all, which a file that is created and then written does not.
 * @param {string} draft
 * @param {string} path
 */
function isLinked(draft, path) {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} path @returns {{ pid: number, startedAt: string | null } | null} */
function readHolder(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** @param {string} path @param {string} own */
function releaseLock(path, own) {
  try {
    if (readFileSync(path, 'utf8') === own) rmSync(path, { force: true });
  } catch {
    // It is gone already, with the folder that it was in.
  }
}

/** @param {{ pid: number, startedAt: string | null }} holder */
function isRunning({ pid, startedAt }) {
  const found = readProcess(pid);
  // After a restart of the machine, another process may have the id.
  return found !== null && found.startedAt === startedAt;
}
