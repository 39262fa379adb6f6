import type { Hooks } from './hooks.js';
import { simulate, type SimulationResult } from './simulate.js';

/**
 * Finds few faults that still violate the same invariant, by leaving out ever smaller groups of them. Resolves to the
 * shortest run, with its time line.
 */
export async function shrink(
  found: SimulationResult,
  hooks?: Hooks,
  maxRuns = 60,
): Promise<SimulationResult> {
  const { seed, violation } = found;
  let calls = found.calls + 1;
  let best = found;
  let runs = 0;
  /** Runs with these faults only. */
  const attempt = async (keys: ReadonlySet<string>): Promise<boolean> => {
    runs += 1;
    const options = { seed, calls, isSkipped: (key: string) => !keys.has(key), isNoted: true };
    const result = await simulate(hooks === undefined ? options : { ...options, hooks });
    if (result.violation?.name !== violation?.name) return false;
    best = result;
    calls = Math.min(calls, result.calls + 1);
    return true;
  };
  await attempt(new Set(found.faultKeys));
  for (let size = Math.ceil(best.faultKeys.length / 2); size >= 1 && runs < maxRuns;) {
    let isShorter = false;
    for (let from = 0; from < best.faultKeys.length && runs < maxRuns;) {
      const kept = best.faultKeys.filter((_key, index) => index < from || index >= from + size);
      if (await attempt(new Set(kept))) isShorter = true;
      else from += size;
    }
    if (size === 1 && !isShorter) break;
    size = size === 1 ? 1 : Math.floor(size / 2);
  }
  return best;
}
