import { setTimeout as wait } from 'node:timers/promises';
import { loadHttp } from '../harness/http-load.mjs';

const requests = 200;
const timeoutMs = 30_000;

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const peerGrowth = {
  name: 'growth-peers',
  title: 'A list of 10, 100 and 1,000 peers',
  how: 'CPU time of the server for the first page of GET /api/peers, and for accepting a peer whose token was seen before.',
  figures: { list: 'µs CPU', 'let in': 'µs CPU' },
  rounds: 1,
  targets: [
    { kind: 'growth', figure: 'list', atMost: 0.2 },
    { kind: 'growth', figure: 'let in', atMost: 0.1 },
  ],
  async prepare(fixtures) {
    const [service, mock] = await Promise.all([fixtures.service(), fixtures.mock()]);
    const admin = { authorization: `Bearer ${service.adminToken}` };
    let known = 0;
    /** @type {Record<string, string>[]} */
    const peers = [];
    /** @param {string} path @param {readonly Record<string, string>[]} headers */
    const load = async (path, headers) =>
      (await loadHttp({ url: service.url + path, pid: service.pid, requests, status: 200, headers })).cpu;
    /** @param {number} size */
    const measure = async (size) => {
      for (; known < size; known += 1) {
        const { token } = await mock.control('POST', '/mock/tokens', { deviceId: `reg-bench-${known + 1}` });
        peers.push({ authorization: `Bearer ${token}` });
        await (await fetch(`${service.url}/api/peers/me`, { headers: peers[known] ?? {} })).text();
      }
      await waitUntilListed(service, size);
      return {
        list: await load('/api/peers?limit=10', [admin]),
        'let in': await load('/api/peers/me', peers),
      };
    };
    await measure(10);
    await measure(10);
    // A list only grows: each size is measured once, in ascending order.
    return {
      contenders: [10, 100, 1_000].map((size) => ({ name: String(size), round: () => measure(size) })),
    };
  },
};

/** Waits for the service, which writes sightings periodically. @param {import('../fixtures/start-service.mjs').Service} service @param {number} size */
async function waitUntilListed(service, size) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await service.as('GET', '/api/peers?limit=1');
    const { counts } = /** @type {{ counts: Record<string, number> }} */ (await answer.json());
    if ((counts['total'] ?? 0) >= size) return;
    if (Date.now() > deadline)
      throw new Error(`${size} peers are expected in the list: ${JSON.stringify(counts)}`);
    await wait(200);
  }
}
