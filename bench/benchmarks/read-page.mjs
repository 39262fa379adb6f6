import { loadHttp } from '../harness/http-load.mjs';

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const readPage = {
  name: 'read-page',
  title: 'The status page',
  how: 'CPU time of the server for the Manage License page after login. Baseline: the JSON status with the same session.',
  figures: { cpu: 'µs CPU', wall: 'µs' },
  rounds: 27,
  targets: [{ kind: 'ratio', ours: 'GET /', other: 'GET /api/license', figure: 'cpu', atMost: 2 }],
  async prepare(fixtures, { isQuick }) {
    const service = await fixtures.service();
    const cookie = await logIn(service.url, service.adminToken);
    /** @param {string} path */
    const load = (path, requests = 1000) =>
      loadHttp({ url: service.url + path, pid: service.pid, requests, status: 200, headers: [{ cookie }] });
    // V8 compiles the code of a page again until some 10,000.
    const warmUpRequests = isQuick ? 1_500 : 20_000;
    await load('/', warmUpRequests);
    await load('/api/license', warmUpRequests);
    return {
      contenders: [
        { name: 'GET /', round: () => load('/') },
        { name: 'GET /api/license', round: () => load('/api/license') },
      ],
    };
  },
};

/** @param {string} url @param {string} token @returns {Promise<string>} the cookie of a session */
async function logIn(url, token) {
  const answer = await fetch(new URL('/login', url), {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url },
    body: new URLSearchParams({ token }),
  });
  const [cookie] = answer.headers.getSetCookie().map((line) => line.split(';')[0]);
  if (!cookie) throw new Error(`The login failed: ${answer.status} ${await answer.text()}`);
  return cookie;
}
