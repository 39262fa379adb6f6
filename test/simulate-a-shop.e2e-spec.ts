import { describe, expect, it } from 'vitest';
import { simulate } from './simulation/simulate.js';
import { reportFigure } from './support/report-figure.js';

const quickSeeds = [1, 2, 3, 4, 5];
const quickCalls = 4000;

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
});
