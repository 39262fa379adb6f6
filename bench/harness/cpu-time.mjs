import { readdirSync, readFileSync } from 'node:fs';

/**
 * The CPU time that a process has used so far, all of its threads together, in µs. On a machine that is shared it says
 * more than the wall clock: whoever else runs meanwhile does not count.
 * @param {number} pid
 * @returns {number | null} null where there is no /proc
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
