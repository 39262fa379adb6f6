import { describe, expect, it } from 'vitest';
import { searchCorner } from './simulation/corner.js';
import { findBug } from './simulation/find-planted-bugs.js';
import { type PlantedBug, plantedBugs } from './simulation/planted-bugs.js';
import { shrink } from './simulation/shrink.js';
import { simulate } from './simulation/simulate.js';
import { reportFigure } from './support/report-figure.js';

const quickSeeds = [1, 2, 3, 4];
const quickCalls = 5000;

/** The bugs that are found early. */
const quickBugs = [
  'the mark of a refresh is not stored before the token is sent',
  'two refreshes run together',
  'the newest event is published first',
  'a repeated event gets another id',
];
const isLong = process.env['PLANTED_BUGS'] === 'all';
const lookedFor = isLong ? plantedBugs : quickBugs.map(bugNamed);

function bugNamed(name: string): PlantedBug {
  const bug = plantedBugs.find((planted) => planted.name === name);
  if (bug === undefined) throw new Error(`No planted bug is called "${name}".`);
  return bug;
}

describe('a simulated store with every fault', () => {
  it('takes the same decisions with the same seed', async () => {
    const runs = [
      await simulate({ seed: 7, calls: 800 }),
      await simulate({ seed: 7, calls: 800 }),
      await simulate({ seed: 8, calls: 800 }),
    ];
    const [first, again, other] = runs.map(({ traceHash, turns }) => ({ traceHash, turns }));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('violates no invariant in 20,000 calls', async () => {
    let calls = 0;
    let faults = 0;
    for (const seed of quickSeeds) {
      const result = await simulate({ seed, calls: quickCalls });
      expect(result.violation, `npm run simulate -- --seed ${seed} --calls ${quickCalls}`).toBeNull();
      calls += result.calls;
      for (const count of result.faults.values()) faults += count;
    }
    expect(calls).toBeGreaterThanOrEqual(20_000);
    expect(faults).toBeGreaterThan(500);
    reportFigure('R25', `${calls} calls with ${faults} faults`);
  });

  it('violates no invariant in the first three steps of a refresh and a removal, in any order, with up to two faults', async () => {
    const { violation, choices, states, runs, pairs } = await searchCorner(3);
    expect(violation, choices.join(' ')).toBeNull();
    expect(states).toBeGreaterThan(40);
    expect(pairs).toBeGreaterThan(3);
    expect(runs).toBeGreaterThanOrEqual(states);
  });

  it('finds a planted bug in the small world', async () => {
    const { violation } = await searchCorner(
      4,
      bugNamed('the mark of a refresh is not stored before the token is sent').hooks,
    );
    expect(violation?.name).toBe('intent-stored-first');
  });

  it('shrinks a violation to the faults that cause it', { timeout: 60_000 }, async () => {
    const bug = bugNamed('a refused refresh token takes the license away');
    const found = await findBug(bug);
    if (!found?.violation) throw new Error('The planted bug was not found.');
    const short = await shrink(found, bug.hooks, 12);
    expect(short.violation?.name).toBe(found.violation.name);
    expect(short.faultKeys.length).toBeLessThan(found.faultKeys.length);
    expect(short.calls).toBeLessThanOrEqual(found.calls);
    const { seed, calls } = found;
    const replayed = await simulate({
      seed,
      calls: short.calls + 1,
      hooks: bug.hooks,
      isSkipped: (key) => !short.faultKeys.includes(key),
    });
    expect(replayed.violation).toEqual(short.violation);
    const harmless = await simulate({ seed, calls, hooks: bug.hooks, isSkipped: () => true });
    expect(harmless.violation).toBeNull();
  });

  it.each(lookedFor)('finds this planted bug: $name', { timeout: 120_000 }, async (bug) => {
    const found = await findBug(bug);
    expect(found?.violation?.name).toBeTypeOf('string');
    // The same world violates nothing without the bug.
    const { seed = 0, calls = 0 } = found ?? {};
    expect((await simulate({ seed, calls })).violation).toBeNull();
  });
});
