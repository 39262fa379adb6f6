import { startPairs } from '../fixtures/start-pairs.mjs';

const registers = 64;

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const verifyOverHttp = {
  name: 'verify-over-http',
  title: 'GET /auth/verify, bearer tokens that were seen before',
  how:
    'CPU time of the server for a request of one of 64 registers. Baseline: a route of the same framework that ' +
    'answers 204 with the same headers as constants; every route must have the security headers.',
  figures: { cpu: 'µs CPU', wall: 'µs' },
  rounds: 36,
  targets: [{ kind: 'ratio', ours: 'GET /auth/verify', other: 'empty route', figure: 'cpu', atLeast: 0.8 }],
  async prepare(fixtures) {
    const pairs = await startPairs(fixtures, {
      path: '/auth/verify',
      emptyPath: '/nothing',
      status: 204,
      headersOf: async ({ mock }) => {
        const headers = [];
        for (let index = 0; index < registers; index += 1) {
          const { token } = await mock.control('POST', '/mock/tokens', { deviceId: 'reg-1-1' });
          headers.push({ authorization: `Bearer ${token}` });
        }
        return headers;
      },
    });
    return {
      contenders: [
        { name: 'GET /auth/verify', round: pairs.ours },
        { name: 'empty route', round: pairs.empty },
      ],
      close: pairs.close,
    };
  },
};
