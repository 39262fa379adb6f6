import { setTimeout as wait } from 'node:timers/promises';
import { loadHttp } from '../harness/http-load.mjs';

const requests = 300;
const adds = 200;
/** In this time the disk writes the lines that were loaded. */
const settleMs = 2_000;

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const auditGrowth = {
  name: 'growth-audit',
  title: 'An audit trail of 1,000, 10,000 and 100,000 lines',
  how: 'CPU time of the server for the newest page of the trail, and wall clock for adding a line.',
  figures: { read: 'µs CPU', add: 'ms' },
  rounds: 1,
  targets: [
    { kind: 'growth', figure: 'read', atMost: 0.1 },
    { kind: 'growth', figure: 'add', atMost: 0.1 },
  ],
  async prepare(fixtures) {
    const { service } = await fixtures.events();
    let lines = 0;
    /** @param {number} size */
    const measure = async (size) => {
      while (lines < size) {
        const count = Math.min(5_000, size - lines);
        await service.ask({ do: 'audit', count });
        lines += count;
      }
      await wait(settleMs);
      const { cpu } = await loadHttp({
        url: `${service.url}/api/license/audit?limit=50`,
        pid: service.pid,
        requests,
        status: 200,
        headers: [{ authorization: `Bearer ${service.adminToken}` }],
      });
      return { read: cpu, add: await medianOfAdding(service) };
    };
    await measure(10);
    // A trail only grows: each size is measured once, in ascending order.
    const contenders = [1_000, 10_000, 100_000].map((size) => ({
      name: String(size),
      round: () => measure(size),
    }));
    return { contenders };
  },
};

/** @param {import('../fixtures/start-service.mjs').Service} service */
async function medianOfAdding(service) {
  const times = [];
  for (let index = 0; index < adds; index += 1) {
    const { startedAt, committedAt } = await service.ask({ do: 'audit', count: 1 });
    times.push(Number(committedAt - startedAt) / 1e6);
  }
  return times.toSorted((a, b) => a - b)[adds / 2] ?? Number.NaN;
}
