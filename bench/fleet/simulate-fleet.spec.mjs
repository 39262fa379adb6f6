import { describe, expect, it } from 'vitest';
import * as schedule from '../../src/domain/refresh-schedule.js';
import { judgeFleet } from './judge-fleet.mjs';
import { busy, outage, restart, steady } from './scenarios.mjs';
import { hourMs, simulateFleet } from './simulate-fleet.mjs';

const servers = 1_000;
/** A thousand servers call about 150 times in three hours: chance alone makes a tenth more or less of it. */
const stepMs = 3 * hourMs;

/** @param {import('./simulate-fleet.mjs').Scenario} scenario */
const play = (scenario) => judgeFleet(scenario.name, simulateFleet({ schedule, scenario, servers }), stepMs);

describe('a fleet of a thousand servers', () => {
  it('calls the Authorization server evenly', () => {
    expect(play(steady)['peak : mean']).toBeLessThan(1.4);
  });

  it('spreads over the refresh window when all of it was off for half a day, and comes in no second wave', () => {
    const { 'peak : mean': peak, 'second wave : mean': second } = play(restart);
    expect(peak).toBeLessThan(3.5);
    expect(second).toBeLessThan(2.2);
  });

  it('comes back from an outage of a day without a second wave, and with every token alive', () => {
    const figures = play(outage);
    expect(figures['second wave : mean']).toBeLessThan(2.2);
    expect(figures['tokens ended']).toBe(0);
    expect(figures['least left']).toBeGreaterThan(48);
  });

  it('waits as long as a busy server asks for, and does not come back at one moment', () => {
    const figures = play(busy);
    expect(figures['calls too early']).toBe(0);
    expect(figures['peak : mean']).toBeLessThan(1.5);
    expect(figures['second wave : mean']).toBeLessThan(2.2);
    expect(figures['tokens ended']).toBe(0);
  });

  it('is the same at every run', () => {
    expect(play(outage)).toEqual(play(outage));
  });
});
