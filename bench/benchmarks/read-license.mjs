import { loadHttp } from '../harness/http-load.mjs';
import { startEmptyRoutes } from '../fixtures/start-baseline.mjs';

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const readLicense = {
  name: 'read-license',
  title: 'GET /api/license through the whole service',
  how:
    'CPU time of the server for a request with the admin token. Baseline: a route of the same framework that returns the ' +
    'same body and headers as constants; every route must have the security headers.',
  figures: { cpu: 'µs CPU', wall: 'µs' },
  rounds: 9,
  targets: [{ kind: 'ratio', ours: 'GET /api/license', other: 'empty route', figure: 'cpu', atLeast: 0.85 }],
  async prepare(fixtures, { isQuick }) {
    const service = await fixtures.service();
    const baseline = await startEmptyRoutes(await service.as('GET', '/api/license'));
    const requests = isQuick ? 4_000 : 8_000;
    const ours = () =>
      loadHttp({
        url: `${service.url}/api/license`,
        pid: service.pid,
        requests,
        status: 200,
        headers: [{ authorization: `Bearer ${service.adminToken}` }],
      });
    const empty = () => loadHttp({ url: `${baseline.url}/json`, pid: baseline.pid, requests, status: 200 });
    await ours();
    await empty();
    return {
      contenders: [
        { name: 'GET /api/license', round: ours },
        { name: 'empty route', round: empty },
      ],
      close: () => baseline.stop(),
    };
  },
};
