import { statfsSync } from 'node:fs';
import { fail, type Finding, ok, skip, warn } from './finding.js';

const check = 'disk';
const bytesPerMegabyte = 1024 * 1024;
/** Below this `/health` says that the service is down. */
const minFreeMegabytes = 64;
const scarceFreeMegabytes = 512;

/** Whether there is room where the data is. */
export function checkDisk(dataDir: string): Finding {
  try {
    const { bavail, bsize } = statfsSync(dataDir);
    return checkFreeSpace(Math.floor((bavail * bsize) / bytesPerMegabyte));
  } catch {
    return skip(check, `There is no folder ${dataDir} to measure.`);
  }
}

export function checkFreeSpace(freeMegabytes: number): Finding {
  const message = `${freeMegabytes} MB are free.`;
  if (freeMegabytes < minFreeMegabytes) {
    return fail(
      check,
      message,
      `Make room: old logs and backups first. Less than ${minFreeMegabytes} MB is a fault.`,
    );
  }
  if (freeMegabytes < scarceFreeMegabytes) return warn(check, message, 'Make room before it is used up.');
  return ok(check, message);
}
