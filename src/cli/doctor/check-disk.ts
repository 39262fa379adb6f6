import { statfsSync } from 'node:fs';
import { fail, type Finding, ok, skip, warn } from './finding.js';

const check = 'disk';
const bytesPerMegabyte = 1024 * 1024;
/** Below this, `/health` reports the service as down. */
const minFreeMegabytes = 64;
const scarceFreeMegabytes = 512;

export function checkDisk(dataDir: string): Finding {
  try {
    const { bavail, bsize } = statfsSync(dataDir);
    return checkFreeSpace(Math.floor((bavail * bsize) / bytesPerMegabyte));
  } catch {
    return skip(check, `Not checked: there is no folder ${dataDir}.`);
  }
}

export function checkFreeSpace(freeMegabytes: number): Finding {
  const message = `${freeMegabytes} MB are free.`;
  if (freeMegabytes < minFreeMegabytes) {
    return fail(
      check,
      message,
      `Free up disk space, for example by deleting old logs and backups. Less than ${minFreeMegabytes} MB is a fault.`,
    );
  }
  if (freeMegabytes < scarceFreeMegabytes) return warn(check, message, 'Free up disk space soon.');
  return ok(check, message);
}
