import { readFileSync } from 'node:fs';

/**
 * Looks a process up.
 * @param {number} pid
 * @returns {{ startedAt: string | null, parentPid: number | null } | null} null: there is none, or it has ended and only
 *   nobody has taken note yet. `startedAt` tells it from a later one with the same id. Both need a system with /proc
 */
export function readProcess(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    const isOfSomeoneElse = error instanceof Error && 'code' in error && error.code === 'EPERM';
    if (!isOfSomeoneElse) return null;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in the second field may hold blanks and parentheses: the others are counted from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : { startedAt: fields[19] ?? null, parentPid: Number(fields[1]) };
  } catch {
    return { startedAt: null, parentPid: null };
  }
}
