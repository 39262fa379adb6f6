import { connectAs } from '../stage/connect-as.mjs';
import { Crowd } from '../stage/crowd.mjs';
import { startPublisher } from '../stage/start-publisher.mjs';
import { Subscriber } from '../stage/subscriber.mjs';

const changesARound = 5;

/** @type {import('../harness/row.mjs').Row} */
export const fanOut = {
  name: 'fan-out',
  title: 'One change reaches 1,000 registers',
  how:
    'From before the unit of work until the last of 1,000 connections has the event; all of them are in one process, ' +
    'which is most of the time. Beside it the same bytes published to as many connections without commit and stream.',
  figures: { last: 'ms' },
  targets: [{ kind: 'ratio', ours: 'service', other: 'bare NATS', figure: 'last', atMost: 1.2 }],
  async prepare(stage, { isQuick }) {
    const { broker, service } = await stage.events();
    const registers = isQuick ? 200 : 1_000;
    const body = await readEvent(stage);
    const ours = await gather(broker, 'register', 'license.status', registers);
    const others = await gather(broker, 'licensing', 'bench.bare', registers);
    const publisher = await startPublisher(stage, body);
    const committed = () =>
      tellAll(ours, async () => (await service.ask({ do: 'commit', count: 1 })).startedAt);
    const bare = () => tellAll(others, () => publisher.tell(0));
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

/** @type {import('../harness/row.mjs').Row} */
export const fanOutGrowth = {
  name: 'growth-registers',
  title: 'One change reaches 10, 100 and 1,000 registers',
  how: 'From before the unit of work until the last register has the event.',
  figures: { last: 'ms' },
  targets: [{ kind: 'growth', figure: 'last', atMost: 1 }],
  async prepare(stage) {
    const { broker, service } = await stage.events();
    const contenders = [10, 100, 1_000].map((size) => ({
      name: String(size),
      round: async () => {
        const crowd = await gather(broker, 'register', 'license.status', size);
        const figures = await tellAll(
          crowd,
          async () => (await service.ask({ do: 'commit', count: 1 })).startedAt,
        );
        await crowd.stop();
        return figures;
      },
    }));
    return { contenders };
  },
};

/** @param {import('../stage/stage.mjs').Stage} stage @returns {Promise<string>} the bytes of an event of ours */
async function readEvent(stage) {
  const { broker, service } = await stage.events();
  const register = await Subscriber.open(connectAs(broker, 'register'), 'license.status');
  await register.hear(1, () => service.ask({ do: 'commit', count: 1 }));
  await register.stop();
  return register.lastBody;
}

/**
 * @param {import('../stage/start-broker.mjs').Broker} broker
 * @param {'register' | 'licensing'} user
 * @param {string} subject
 * @param {number} count
 */
async function gather(broker, user, subject, count) {
  const crowd = new Crowd();
  await crowd.enter(Array.from({ length: count }, () => connectAs(broker, user)));
  await crowd.listen(subject);
  return crowd;
}

/** @param {Crowd} crowd @param {() => Promise<bigint>} tell @returns {Promise<{ last: number }>} a mean */
async function tellAll(crowd, tell) {
  let total = 0;
  for (let change = 0; change < changesARound; change += 1) {
    let startedAt = 0n;
    const heardAt = await crowd.hear(async () => (startedAt = await tell()));
    total += Number(heardAt - startedAt) / 1e6;
  }
  return { last: total / changesARound };
}
