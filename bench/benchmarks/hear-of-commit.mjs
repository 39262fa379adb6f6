import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startProcess } from '../fixtures/child-process.mjs';
import { quantile } from '../harness/statistics.mjs';
import { listenSideBySide } from '../fixtures/listen-side-by-side.mjs';
import { rootDir } from '../fixtures/root-dir.mjs';

const pauseMs = 10;
const busy = ', 100 requests a second';

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const hearOfCommit = {
  name: 'hear-of-commit',
  title: 'From commit to subscriber',
  how:
    'From before the unit of work until a register has the event, at most one per 10 ms. Baseline: one row committed to ' +
    'SQLite with synchronous = FULL and one JetStream publish of the same bytes through the same broker, which syncs each ' +
    'message. The change is made in the service process, because no public interface changes a license without the ' +
    'Authorization server. Both also while the service answers 100 requests a second for its license.',
  figures: { p50: 'ms', p99: 'ms' },
  rounds: 15,
  targets: ['', busy].flatMap((load) =>
    ['p50', 'p99'].map((figure) => ({
      kind: 'ratio',
      ours: `service${load}`,
      other: `commit and publish${load}`,
      figure,
      atMost: 1.5,
    })),
  ),
  async prepare(fixtures, { isQuick }) {
    const { service, register, publisher, listener, close } = await listenSideBySide(fixtures);
    const count = isQuick ? 50 : 200;
    const ours = () =>
      receiveEach(register, count, async () => (await service.ask({ do: 'commit', count: 1 })).startedAt);
    const bare = () => receiveEach(listener, count, () => publisher.publish(1));
    const whileBusy = async (/** @type {() => Promise<Record<string, number>>} */ round) => {
      const load = await startRequests(service);
      try {
        return await round();
      } finally {
        await load.stop();
      }
    };
    await ours();
    await bare();
    return {
      contenders: [
        { name: 'service', round: ours },
        { name: 'commit and publish', round: bare },
        { name: `service${busy}`, round: () => whileBusy(ours) },
        { name: `commit and publish${busy}`, round: () => whileBusy(bare) },
      ],
      close,
    };
  },
};

/** @param {import('../fixtures/start-service.mjs').Service} service */
function startRequests({ url, adminToken }) {
  return startProcess({
    args: [join(rootDir, 'bench/fixtures/request-steadily.mjs'), `${url}/api/license`],
    env: { ADMIN_TOKEN: adminToken },
    isReady: (output) => output.includes('Ready.'),
  });
}

/** @param {import('../fixtures/subscriber.mjs').Subscriber} subscriber @param {number} count @param {() => Promise<bigint>} publish */
async function receiveEach(subscriber, count, publish) {
  /** @type {number[]} */
  const delays = [];
  for (let index = 0; index < count; index += 1) {
    let startedAt = 0n;
    // In practice changes are seconds apart: the work after one change is done before the next.
    await wait(pauseMs);
    const [receivedAt = 0n] = await subscriber.receive(1, async () => (startedAt = await publish()));
    delays.push(Number(receivedAt - startedAt) / 1e6);
  }
  return { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) };
}
