import { seedPeers } from '../fixtures/seed-peers.mjs';
import { startService } from '../fixtures/start-service.mjs';
import { loadHttp } from '../harness/http-load.mjs';

const requests = 100;

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const scrape = {
  name: 'scrape',
  title: '/metrics with 100, 1,000 and 10,000 peers',
  how: 'CPU time of the server for a scrape. The peers are rows of its database.',
  figures: { scrape: 'µs CPU' },
  rounds: 1,
  targets: [{ kind: 'growth', figure: 'scrape', atMost: 0.2 }],
  async prepare(fixtures) {
    const dataDir = fixtures.newFolder('scraped');
    const start = () => startService({ dataDir, environment: {} });
    // Creates the database.
    await (await start()).stop();
    /** @param {number} size */
    const measure = async (size) => {
      seedPeers(dataDir, size);
      const service = await start();
      try {
        await expectPeers(service, size);
        const headers = [{ authorization: `Bearer ${service.adminToken}` }];
        const load = { url: `${service.url}/metrics`, pid: service.pid, status: 200, headers };
        await loadHttp({ ...load, requests });
        return { scrape: (await loadHttp({ ...load, requests })).cpu };
      } finally {
        await service.stop();
      }
    };
    // A list only grows: each size is measured once, in ascending order.
    return {
      contenders: [100, 1_000, 10_000].map((size) => ({ name: String(size), round: () => measure(size) })),
    };
  },
};

/** @param {import('../fixtures/start-service.mjs').Service} service @param {number} size */
async function expectPeers(service, size) {
  const answer = await service.as('GET', '/api/peers?limit=1');
  const { counts } = /** @type {{ counts: Record<string, number> }} */ (await answer.json());
  if (counts['total'] !== size) throw new Error(`${size} peers are expected: ${JSON.stringify(counts)}`);
}
