import { startPairs } from '../fixtures/start-pairs.mjs';

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const readLicense = {
  name: 'read-license',
  title: 'GET /api/license through the whole service',
  how:
    'CPU time of the server for a request with the admin token. Baseline: a route of the same framework that returns the ' +
    'same body and headers as constants; every route must have the security headers.',
  figures: { cpu: 'µs CPU', wall: 'µs' },
  rounds: 36,
  targets: [{ kind: 'ratio', ours: 'GET /api/license', other: 'empty route', figure: 'cpu', atLeast: 0.85 }],
  async prepare(fixtures) {
    const pairs = await startPairs(fixtures, {
      path: '/api/license',
      emptyPath: '/json',
      status: 200,
      headersOf: async ({ service: { adminToken } }) => [{ authorization: `Bearer ${adminToken}` }],
    });
    return {
      contenders: [
        { name: 'GET /api/license', round: pairs.ours },
        { name: 'empty route', round: pairs.empty },
      ],
      close: pairs.close,
    };
  },
};
