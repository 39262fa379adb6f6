import { cpuTimeMicros } from '../harness/cpu-time.mjs';
import { GrantHolder } from '../stage/grant-holder.mjs';
import { startPeer } from '../stage/start-peer.mjs';

const scope = { scope: 'license', resource: 'urn:pos:license' };

/** @type {import('../harness/row.mjs').Row} */
export const grantRefreshes = {
  name: 'grant-refreshes',
  title: 'The mock grants refreshes',
  how:
    'The server’s CPU for a refresh grant with DPoP, nonce and rotation, and the wall clock, one after the other. Beside ' +
    'it npm’s oidc-provider doing the same in memory, where the mock writes each to its file.',
  figures: { cpu: 'µs CPU', wall: 'µs' },
  rounds: 9,
  targets: [{ kind: 'ratio', ours: 'mock', other: 'oidc-provider', figure: 'cpu', atLeast: 1.5 }],
  async prepare(stage, { isQuick }) {
    const mock = await stage.mock();
    const stranger = await startPeer('oidc-provider.mjs', {}, { hasChannel: true });
    const ofMock = await GrantHolder.find(mock.url);
    await ofMock.acquire((userCode) =>
      mock.control('POST', '/mock/approve', { userCode, deviceId: 'srv-hub' }),
    );
    const ofStranger = await GrantHolder.find(stranger.url);
    await ofStranger.acquire((userCode) => {
      const approved = stranger.nextMessage();
      stranger.send(userCode);
      return approved;
    }, scope);
    const count = isQuick ? 100 : 200;
    const ours = () => refreshAll(ofMock, mock.pid, count);
    const other = () => refreshAll(ofStranger, stranger.pid, count);
    await ours();
    await other();
    return {
      contenders: [
        { name: 'mock', round: ours },
        { name: 'oidc-provider', round: other },
      ],
      close: () => Promise.all([ofMock.stop(), ofStranger.stop(), stranger.stop()]),
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
