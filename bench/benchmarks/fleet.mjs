import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawLoad } from '../fleet/draw-load.mjs';
import { judgeFleet } from '../fleet/judge-fleet.mjs';
import { busy, outage, restart, steady } from '../fleet/scenarios.mjs';
import { dayMs, simulateFleet } from '../fleet/simulate-fleet.mjs';
import { loadBuilt } from '../fixtures/load-built.mjs';
import { rootDir } from '../fixtures/root-dir.mjs';

const servers = 100_000;

/** @param {string} ours @param {string} figure @param {number} atMost @returns {import('../harness/benchmark.mjs').LimitTarget} */
const limit = (ours, figure, atMost) => ({ kind: 'limit', ours, figure, atMost });

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const fleet = {
  name: 'fleet',
  title: 'A fleet of 100,000 servers for 30 days',
  how:
    'Simulates the schedule and the backoff of the service (from build/) under a virtual clock: tokens of 7 days, a refresh ' +
    'at least every 24 h. The load is counted in steps of 5 minutes; the mean is that of normal operation. The result is ' +
    'the same on every machine.',
  figures: {
    'peak : mean': '',
    'second wave : mean': '',
    'recovery : tries before': '',
    'calls too early': '',
    'tokens ended': '',
    'least left': 'h',
  },
  rounds: 1,
  targets: [
    limit(steady.name, 'peak : mean', 1.5),
    // The whole fleet, evenly in one refresh window, is three times the mean.
    limit(restart.name, 'peak : mean', 3.5),
    limit(restart.name, 'second wave : mean', 2),
    limit(outage.name, 'recovery : tries before', 2),
    limit(outage.name, 'second wave : mean', 2),
    limit(outage.name, 'tokens ended', 0),
    limit(busy.name, 'peak : mean', 1.5),
    limit(busy.name, 'calls too early', 0),
    limit(busy.name, 'second wave : mean', 2),
    limit(busy.name, 'tokens ended', 0),
  ],
  async prepare(_fixtures, { isQuick }) {
    /** @type {typeof import('../../src/domain/refresh-schedule.js')} */
    const schedule = await loadBuilt('domain/refresh-schedule');
    const contenders = [steady, restart, outage, busy].map((scenario) => ({
      name: scenario.name,
      round: () => {
        const load = simulateFleet({ schedule, scenario, servers: isQuick ? servers / 10 : servers });
        if (!isQuick) draw(scenario, load);
        return Promise.resolve(judgeFleet(scenario.name, load));
      },
    }));
    return { contenders };
  },
};

/**
 * @param {import('../fleet/simulate-fleet.mjs').Scenario} scenario
 * @param {import('../fleet/simulate-fleet.mjs').FleetLoad} load
 */
function draw({ name, title, days }, { calls, grants }) {
  const [fromMs, toMs] = name === steady.name ? [0, days * dayMs] : [9 * dayMs, 17 * dayMs];
  const picture = drawLoad({ title, calls, grants, fromMs, toMs });
  writeFileSync(join(rootDir, `docs/images/fleet-${name}.svg`), picture);
}
