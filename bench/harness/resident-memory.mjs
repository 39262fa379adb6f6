import { readFileSync } from 'node:fs';

/** @param {number} pid @returns {number} MiB, or NaN without /proc */
export function residentMemoryMiB(pid) {
  try {
    const [, kiB] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return Number(kiB) / 1024;
  } catch {
    return Number.NaN;
  }
}
