import { type PlantedBug, plantedBugs } from './planted-bugs.js';
import { simulate, type SimulationResult } from './simulate.js';

/** The fixed set of seeds: each bug is found in one of these worlds, within so many calls, or not at all. */
const seeds = Array.from({ length: 24 }, (_, index) => index + 1);
const maxCalls = 10_000;

/** Looks for a violation. Resolves to the first run that has one within the calls, or `null`. */
export async function findBug({ hooks }: PlantedBug): Promise<SimulationResult | null> {
  for (const seed of seeds) {
    const result = await simulate({ seed, calls: maxCalls, hooks });
    if (result.violation !== null && result.calls <= maxCalls) return result;
  }
  return null;
}

/** Looks for every planted bug and resolves to the names of those that were not found. */
export async function findAll(report: (line: string) => void): Promise<string[]> {
  const missed: string[] = [];
  for (const bug of plantedBugs) {
    const found = await findBug(bug);
    if (found === null) missed.push(bug.name);
    report(
      found === null
        ? `not found: ${bug.name}`
        : `${bug.name}: "${found.violation?.name}" with seed ${found.seed} after ${found.calls} calls`,
    );
  }
  return missed;
}
