import { cpuTimeMicros } from '../harness/cpu-time.mjs';
import { GrantHolder } from '../fixtures/grant-holder.mjs';
import { startBaseline } from '../fixtures/start-baseline.mjs';

const scope = { scope: 'license', resource: 'urn:pos:license' };

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const grantRefreshes = {
  name: 'grant-refreshes',
  title: 'The mock grants refreshes',
  how:
    'CPU time of the server and wall clock for a refresh grant with DPoP, nonce and rotation, one after the other. ' +
    'Baseline: oidc-provider from npm, which stores grants in memory; the mock writes each one to its file.',
  figures: { cpu: 'µs CPU', wall: 'µs' },
  rounds: 9,
  targets: [{ kind: 'ratio', ours: 'mock', other: 'oidc-provider', figure: 'cpu', atLeast: 1 }],
  async prepare(fixtures, { isQuick }) {
    const mock = await fixtures.mock();
    const provider = await startBaseline('oidc-provider.mjs', {}, { hasChannel: true });
    const ofMock = await GrantHolder.find(mock.url);
    await ofMock.acquire((userCode) =>
      mock.control('POST', '/mock/approve', { userCode, deviceId: 'srv-hub' }),
    );
    const ofProvider = await GrantHolder.find(provider.url);
    await ofProvider.acquire((userCode) => {
      const approved = provider.nextMessage();
      provider.send(userCode);
      return approved;
    }, scope);
    const count = isQuick ? 100 : 200;
    const ours = () => refreshAll(ofMock, mock.pid, count);
    const other = () => refreshAll(ofProvider, provider.pid, count);
    await ours();
    await other();
    return {
      contenders: [
        { name: 'mock', round: ours },
        { name: 'oidc-provider', round: other },
      ],
      close: () => Promise.all([ofMock.stop(), ofProvider.stop(), provider.stop()]),
    };
  },
};

/** @param {GrantHolder} holder @param {number} pid @param {number} count */
async function refreshAll(holder, pid, count) {
  const cpuBefore = cpuTimeMicros(pid);
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) await holder.refresh();
  const wall = ((performance.now() - startedAt) * 1000) / count;
  const cpuAfter = cpuTimeMicros(pid);
  return { cpu: cpuBefore === null || cpuAfter === null ? wall : (cpuAfter - cpuBefore) / count, wall };
}
