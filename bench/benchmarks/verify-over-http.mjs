import { loadHttp } from '../harness/http-load.mjs';
import { startEmptyRoutes } from '../fixtures/start-baseline.mjs';

const registers = 64;

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const verifyOverHttp = {
  name: 'verify-over-http',
  title: 'GET /auth/verify, bearer tokens that were seen before',
  how:
    'CPU time of the server for a request of one of 64 registers. Baseline: a route of the same framework that ' +
    'answers 204 with the same headers as constants; every route must have the security headers.',
  figures: { cpu: 'µs CPU', wall: 'µs' },
  rounds: 9,
  targets: [{ kind: 'ratio', ours: 'GET /auth/verify', other: 'empty route', figure: 'cpu', atLeast: 0.8 }],
  async prepare(fixtures, { isQuick }) {
    const [service, mock] = await Promise.all([fixtures.service(), fixtures.mock()]);
    /** @type {string[]} */
    const tokens = [];
    for (let index = 0; index < registers; index += 1) {
      tokens.push((await mock.control('POST', '/mock/tokens', { deviceId: 'reg-1-1' })).token);
    }
    const requests = isQuick ? 4_000 : 8_000;
    const headers = tokens.map((token) => ({ authorization: `Bearer ${token}` }));
    const baseline = await startEmptyRoutes(
      await fetch(`${service.url}/auth/verify`, { headers: headers[0] ?? {} }),
    );
    const ours = () =>
      loadHttp({ url: `${service.url}/auth/verify`, pid: service.pid, requests, status: 204, headers });
    const empty = () =>
      loadHttp({ url: `${baseline.url}/nothing`, pid: baseline.pid, requests, status: 204, headers });
    await ours();
    await empty();
    return {
      contenders: [
        { name: 'GET /auth/verify', round: ours },
        { name: 'empty route', round: empty },
      ],
      close: () => baseline.stop(),
    };
  },
};
