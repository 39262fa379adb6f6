import { cpuTimeMicros } from '../harness/cpu-time.mjs';
import { GrantHolder } from '../fixtures/grant-holder.mjs';
import { seedDevices } from '../fixtures/seed-devices.mjs';
import { startMock } from '../fixtures/start-mock.mjs';

const refreshes = 100;

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const deviceGrowth = {
  name: 'growth-devices',
  title: 'A mock with 100, 1,000 and 10,000 devices',
  how: 'CPU time of the mock for a refresh grant of one device. Each device has a grant.',
  figures: { cpu: 'µs CPU' },
  rounds: 5,
  targets: [{ kind: 'growth', figure: 'cpu', atMost: 0.1 }],
  async prepare(fixtures) {
    const mocks = await Promise.all([100, 1_000, 10_000].map((size) => startLargeMock(fixtures, size)));
    const contenders = mocks.map(({ size, mock, holder }) => ({
      name: String(size),
      round: async () => {
        const before = cpuTimeMicros(mock.pid) ?? Number.NaN;
        for (let index = 0; index < refreshes; index += 1) await holder.refresh();
        return { cpu: ((cpuTimeMicros(mock.pid) ?? Number.NaN) - before) / refreshes };
      },
    }));
    for (const { round } of contenders) await round();
    const close = () => Promise.all(mocks.flatMap(({ mock, holder }) => [holder.stop(), mock.stop()]));
    return { contenders, close };
  },
};

/** @param {import('../fixtures/fixtures.mjs').Fixtures} fixtures @param {number} size */
async function startLargeMock(fixtures, size) {
  const dataDir = fixtures.newFolder('large-mock');
  seedDevices(dataDir, size);
  const mock = await startMock(dataDir);
  const holder = await GrantHolder.find(mock.url);
  await holder.acquire((userCode) =>
    mock.control('POST', '/mock/approve', { userCode, deviceId: 'srv-store-1' }),
  );
  return { size, mock, holder };
}
