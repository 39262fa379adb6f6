import { setTimeout as wait } from 'node:timers/promises';
import { quantile } from '../harness/statistics.mjs';
import { listenSideBySide } from '../fixtures/listen-side-by-side.mjs';

const pauseMs = 10;

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const hearOfCommit = {
  name: 'hear-of-commit',
  title: 'From commit to subscriber',
  how:
    'From before the unit of work until a register has the event, at most one per 10 ms. Baseline: one row committed to ' +
    'SQLite with synchronous = FULL and one JetStream publish of the same bytes through the same broker, which syncs each ' +
    'message. The change is made in the service process, because no public interface changes a license without the ' +
    'Authorization server.',
  figures: { p50: 'ms', p99: 'ms' },
  rounds: 9,
  targets: ['p50', 'p99'].map((figure) => ({
    kind: 'ratio',
    ours: 'service',
    other: 'commit and publish',
    figure,
    atMost: 1.5,
  })),
  async prepare(fixtures, { isQuick }) {
    const { service, register, publisher, listener, close } = await listenSideBySide(fixtures);
    const count = isQuick ? 50 : 200;
    const ours = () =>
      receiveEach(register, count, async () => (await service.ask({ do: 'commit', count: 1 })).startedAt);
    const bare = () => receiveEach(listener, count, () => publisher.publish(1));
    await ours();
    await bare();
    return {
      contenders: [
        { name: 'service', round: ours },
        { name: 'commit and publish', round: bare },
      ],
      close,
    };
  },
};

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
