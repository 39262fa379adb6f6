import { readdirSync, readFileSync } from 'node:fs';

/**
 * Returns the CPU time that all threads of a process have used, in µs. On a shared machine it is more reliable than the wall
 * clock.
 * @param {number} pid
 * @returns {number | null} `null` without /proc
 */
export function cpuTimeMicros(pid) {
  try {
    let nanos = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      nanos += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
    }
    return nanos / 1000;
  } catch {
    return null;
  }
}
