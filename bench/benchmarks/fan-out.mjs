import { setTimeout as wait } from 'node:timers/promises';
import { bareSubject } from '../fixtures/start-broker.mjs';
import { connectAs } from '../fixtures/connect-as.mjs';
import { Subscribers } from '../fixtures/subscribers.mjs';
import { startPublisher } from '../fixtures/start-publisher.mjs';
import { Subscriber } from '../fixtures/subscriber.mjs';

const changesPerRound = 7;
const pauseMs = 20;

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const fanOut = {
  name: 'fan-out',
  title: 'One change reaches 1,000 registers',
  how:
    'From before the unit of work until the last of 1,000 connections has the event. All connections are in one process, ' +
    'which takes most of the time. Baseline: a message with the same body and an id, published to as many ' +
    'registers without commit and stream.',
  figures: { last: 'ms' },
  rounds: 21,
  targets: [{ kind: 'ratio', ours: 'service', other: 'bare NATS', figure: 'last', atMost: 1.15 }],
  async prepare(fixtures, { isQuick }) {
    const { broker, service } = await fixtures.events();
    const registers = isQuick ? 200 : 1_000;
    const body = await readEvent(fixtures);
    const ours = await connectAll(broker, 'license.status', registers);
    const others = await connectAll(broker, bareSubject, registers);
    const publisher = await startPublisher(fixtures, body);
    const committed = () =>
      publishAll(ours, async () => (await service.ask({ do: 'commit', count: 1 })).startedAt);
    const bare = () => publishAll(others, () => publisher.publish(0));
    await committed();
    await bare();
    return {
      contenders: [
        { name: 'service', round: committed },
        { name: 'bare NATS', round: bare },
      ],
      close: () => Promise.all([ours.stop(), others.stop(), publisher.stop()]),
    };
  },
};

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const fanOutGrowth = {
  name: 'growth-registers',
  title: 'One change reaches 10, 100 and 1,000 registers',
  how: 'From before the unit of work until the last register has the event.',
  figures: { last: 'ms' },
  targets: [{ kind: 'growth', figure: 'last', atMost: 1 }],
  async prepare(fixtures) {
    const { broker, service } = await fixtures.events();
    const contenders = [10, 100, 1_000].map((size) => ({
      name: String(size),
      round: async () => {
        const subscribers = await connectAll(broker, 'license.status', size);
        const figures = await publishAll(
          subscribers,
          async () => (await service.ask({ do: 'commit', count: 1 })).startedAt,
        );
        await subscribers.stop();
        return figures;
      },
    }));
    return { contenders };
  },
};

/** @param {import('../fixtures/fixtures.mjs').Fixtures} fixtures @returns {Promise<string>} the bytes of an event */
async function readEvent(fixtures) {
  const { broker, service } = await fixtures.events();
  const register = await Subscriber.open(connectAs(broker, 'register'), 'license.status');
  await register.receive(1, () => service.ask({ do: 'commit', count: 1 }));
  await register.stop();
  return register.lastBody;
}

/**
 * @param {import('../fixtures/start-broker.mjs').Broker} broker
 * @param {string} subject
 * @param {number} count
 */
async function connectAll(broker, subject, count) {
  const subscribers = new Subscribers();
  await subscribers.connect(Array.from({ length: count }, () => connectAs(broker, 'register')));
  await subscribers.subscribe(subject);
  return subscribers;
}

/** @param {Subscribers} subscribers @param {() => Promise<bigint>} publish @returns {Promise<{ last: number }>} a mean */
async function publishAll(subscribers, publish) {
  let total = 0;
  for (let change = 0; change < changesPerRound; change += 1) {
    let startedAt = 0n;
    // In practice changes are seconds apart: the work after one change is done before the next.
    await wait(pauseMs);
    const receivedAt = await subscribers.receive(async () => (startedAt = await publish()));
    total += Number(receivedAt - startedAt) / 1e6;
  }
  return { last: total / changesPerRound };
}
