import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquirePidLock } from './pid-lock.mjs';

/** @type {string} */
let folder;
/** @type {string} */
let path;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pid-lock-'));
  path = join(folder, 'new/folder/stack.lock');
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('acquirePidLock', () => {
  it('is acquired by one holder at a time, and reports the process of the holder', () => {
    const lock = acquirePidLock(path);
    expect(lock.isAcquired).toBe(true);
    expect(acquirePidLock(path)).toEqual({ isAcquired: false, pid: process.pid });
    if (lock.isAcquired) lock.release();
    expect(acquirePidLock(path).isAcquired).toBe(true);
  });

  it('replaces the lock of a process that has ended', () => {
    acquirePidLock(path);
    const ended = spawnSync(process.execPath, ['--version']);
    writeFileSync(path, JSON.stringify({ pid: ended.pid, startedAt: '1' }));
    expect(acquirePidLock(path).isAcquired).toBe(true);
  });

  it('replaces a lock whose process id belongs to a later process', () => {
    acquirePidLock(path);
    writeFileSync(path, JSON.stringify({ pid: process.pid, startedAt: 'another start' }));
    expect(acquirePidLock(path).isAcquired).toBe(true);
  });

  it('replaces an invalid lock', () => {
    acquirePidLock(path);
    writeFileSync(path, 'not a lock');
    expect(acquirePidLock(path).isAcquired).toBe(true);
  });

  it('does not release the lock of another holder', () => {
    const lock = acquirePidLock(path);
    writeFileSync(path, 'another holder');
    if (lock.isAcquired) lock.release();
    expect(existsSync(path)).toBe(true);
  });
});
