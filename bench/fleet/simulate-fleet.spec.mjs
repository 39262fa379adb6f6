import { describe, expect, it } from 'vitest';
import * as schedule from '../../src/domain/refresh-schedule.js';
import { judgeFleet } from './judge-fleet.mjs';
import { busy, outage, restart, steady } from './scenarios.mjs';
import { hourMs, simulateFleet } from './simulate-fleet.mjs';

const servers = 1_000;
/** A thousand servers call about 150 times in three hours; chance changes that by a tenth. */
const stepMs = 3 * hourMs;

/** @param {import('./simulate-fleet.mjs').Scenario} scenario */
const play = (scenario) => judgeFleet(scenario.name, simulateFleet({ schedule, scenario, servers }), stepMs);

describe('a fleet of a thousand servers', () => {
  it('calls the Authorization server evenly', () => {
    expect(play(steady)['peak : mean']).toBeLessThan(1.4);
  });

  it('spreads over the refresh window after it was off for half a day, without a second wave', () => {
    const { 'peak : mean': peak, 'second wave : mean': second } = play(restart);
    expect(peak).toBeLessThan(3.5);
    expect(second).toBeLessThan(2.2);
  });

  it('recovers from an outage of a day without a second wave or an expired token', () => {
    const figures = play(outage);
    expect(figures['second wave : mean']).toBeLessThan(2.2);
    expect(figures['tokens ended']).toBe(0);
    expect(figures['least left']).toBeGreaterThan(48);
  });

  it('honors the Retry-After of a busy server, and does not return in one moment', () => {
    const figures = play(busy);
    expect(figures['calls too early']).toBe(0);
    expect(figures['peak : mean']).toBeLessThan(1.5);
    expect(figures['second wave : mean']).toBeLessThan(2.2);
    expect(figures['tokens ended']).toBe(0);
  });

  it('gives the same result in every run', () => {
    expect(play(outage)).toEqual(play(outage));
  });
});
