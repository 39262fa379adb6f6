import { connectAs } from '../fixtures/connect-as.mjs';
import { listenSideBySide } from '../fixtures/listen-side-by-side.mjs';
import { Subscriber } from '../fixtures/subscriber.mjs';

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const drainBacklog = {
  name: 'drain-backlog',
  title: 'Drain a backlog of 10,000 events',
  how:
    'All are committed in one unit of work; from the first to the last event that a register receives. Baseline: the same ' +
    'bytes published in order with 256 in flight, through the same broker. growth-backlog goes up to 5,000.',
  figures: { event: 'µs' },
  targets: [{ kind: 'ratio', ours: 'service', other: 'pipelined publish', figure: 'event', atLeast: 0.6 }],
  async prepare(fixtures, { isQuick }) {
    const { service, register, publisher, listener, close } = await listenSideBySide(fixtures);
    const count = isQuick ? 1_000 : 10_000;
    const ours = () => drain(register, count, () => service.ask({ do: 'commit', count }));
    const bare = () => drain(listener, count, () => publisher.publish(count));
    return {
      contenders: [
        { name: 'service', round: ours },
        { name: 'pipelined publish', round: bare },
      ],
      close,
    };
  },
};

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const drainGrowth = {
  name: 'growth-backlog',
  title: 'Drain a backlog of 50, 500 and 5,000 events',
  how: 'From before the unit of work that commits all of them until a register has received the last one.',
  figures: { all: 'ms' },
  rounds: 3,
  targets: [{ kind: 'growth', figure: 'all', atMost: 1.1 }],
  async prepare(fixtures) {
    const { broker, service } = await fixtures.events();
    const register = await Subscriber.open(connectAs(broker, 'register'), 'license.status');
    const contenders = [50, 500, 5_000].map((count) => ({
      name: String(count),
      round: async () => {
        let startedAt = 0n;
        const times = await register.receive(count, async () => {
          ({ startedAt } = await service.ask({ do: 'commit', count }));
        });
        return { all: Number((times.at(-1) ?? 0n) - startedAt) / 1e6 };
      },
    }));
    return { contenders, close: () => register.stop() };
  },
};

/** @param {Subscriber} subscriber @param {number} count @param {() => Promise<unknown>} publish */
async function drain(subscriber, count, publish) {
  const times = await subscriber.receive(count, publish);
  return { event: Number((times.at(-1) ?? 0n) - (times[0] ?? 0n)) / 1e3 / (count - 1) };
}
