import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** @typedef {{ pid: number, startedAt: string | null }} Holder */

/**
 * Acquires a lock file that contains the id of this process. A lock is free if its process has ended.
 * @param {string} path
 * @returns {{ isAcquired: true, release: () => void } | { isAcquired: false, pid: number }}
 */
export function acquirePidLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  const own = JSON.stringify({ pid: process.pid, startedAt: readStartTime(process.pid) });
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

/** Links the draft, because a link appears with its whole content or not at all. @param {string} draft @param {string} path */
function isLinked(draft, path) {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} path @returns {Holder | null} */
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
    // The folder of the lock was removed.
  }
}

/** @param {Holder} holder */
function isRunning({ pid, startedAt }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs as another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  // After a restart of the machine, another process can have the same id.
  return readStartTime(pid) === startedAt;
}

/** @param {number} pid @returns {string | null} `null` for a zombie, and on systems without /proc */
function readStartTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field, the name, can contain blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
