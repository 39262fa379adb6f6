import { setTimeout as wait } from 'node:timers/promises';
import { seedDevices } from '../fixtures/seed-devices.mjs';
import { startBroker } from '../fixtures/start-broker.mjs';
import { startMock } from '../fixtures/start-mock.mjs';
import { startService } from '../fixtures/start-service.mjs';
import { startStores } from '../fixtures/start-stores.mjs';
import { cpuTimeMicros } from '../harness/cpu-time.mjs';
import { residentMemoryMiB } from '../harness/resident-memory.mjs';
import { quantile } from '../harness/statistics.mjs';

const sizes = [100, 1_000, 10_000];
const events = 1_000;
const idleSeconds = 10;
const lists = 200;
const listedWithinMs = 30_000;
/** Forty thousand events of a day in ten minutes. */
const eventsPerSecond = 67;

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const hub = {
  name: 'hub',
  title: 'A hub of 100, 1,000 and 10,000 stores',
  how:
    'Each store is a connection of the client library with its own token and key, in one of three processes on this machine, ' +
    'and tries again after the same waits as the service of a store. ' +
    'The broker restarts: "all in" is from its start until the last store is connected, with the CPU time of service and ' +
    'broker for each store. Then 1,000 events are published, as fast as 40,000 in ten minutes: the time until the hub has ' +
    'stored them, and the CPU time for each, without that of idle seconds before and after. "list" is the p99 of 200 requests for 100 entries of GET /api/peers.',
  figures: {
    'all in': 'ms',
    'service, login': 'µs CPU',
    'broker, login': 'µs CPU',
    'event, p99': 'ms',
    'service, event': 'µs CPU',
    'broker, event': 'µs CPU',
    'service, idle': 'µs CPU/s',
    'broker, idle': 'µs CPU/s',
    'list, p99': 'ms',
    service: 'MiB',
    broker: 'MiB',
  },
  rounds: 1,
  targets: [
    ...['all in', 'service', 'broker'].map((figure) => growth(figure, 1)),
    ...['service, login', 'broker, login', 'service, event', 'broker, event'].map((figure) =>
      growth(figure, 0.2),
    ),
    ...limits({ 'event, p99': 2_000, 'list, p99': 250, service: 384, broker: 1_280 }),
  ],
  async prepare(fixtures) {
    const dataDir = fixtures.newFolder('hub-mock');
    seedDevices(dataDir, Math.max(...sizes), 'server');
    const [mock, broker] = await Promise.all([
      fixtures.keep(startMock(dataDir)),
      fixtures.keep(startBroker(fixtures.newFolder('hub-nats'))),
    ]);
    const environment = { ...broker.environment, AUTH_SERVER_URL: mock.url };
    const service = await fixtures.keep(startService({ dataDir: fixtures.newFolder('hub'), environment }));
    await service.acquire(mock, 'srv-hub');
    const stores = await startStores(broker.url, mock.url);
    const cpu = () => ({ service: cpuTimeMicros(service.pid), broker: cpuTimeMicros(broker.pid()) });
    /** @param {number} size */
    const measure = async (size) => {
      await stores.connect(size);
      await untilListed(service, size);
      let before = cpu();
      const allIn = await stores.reconnect(async () => {
        await broker.restart();
        before = cpu();
      });
      const login = costs('login', before, cpu(), size);
      await settle(cpu);
      const idleBefore = await idleCosts(cpu);
      before = cpu();
      const startedAt = performance.now();
      const delays = await stores.publish(events, eventsPerSecond);
      const seconds = (performance.now() - startedAt) / 1000;
      const after = cpu();
      const idleAfter = await idleCosts(cpu);
      // The keep-alives of ten thousand connections come in waves, so the idle load before and after the events differs.
      const idle = {
        'service, idle': (idleBefore.service + idleAfter.service) / 2,
        'broker, idle': (idleBefore.broker + idleAfter.broker) / 2,
      };
      const withoutEvents = {
        service: (before.service ?? Number.NaN) + idle['service, idle'] * seconds,
        broker: (before.broker ?? Number.NaN) + idle['broker, idle'] * seconds,
      };
      const event = costs('event', withoutEvents, after, events);
      return {
        'all in': allIn,
        ...login,
        'event, p99': quantile(delays, 0.99),
        ...event,
        ...idle,
        'list, p99': quantile(await timeLists(service), 0.99),
        service: residentMemoryMiB(service.pid),
        broker: residentMemoryMiB(broker.pid()),
      };
    };
    // A hub only grows: each size is measured once, in ascending order.
    const contenders = sizes.map((size) => ({ name: String(size), round: () => measure(size) }));
    const close = async () => {
      await stores.stop();
      await Promise.all([service.stop(), broker.stop(), mock.stop()]);
    };
    return { contenders, close };
  },
};

/** @param {string} figure @param {number} atMost @returns {import('../harness/benchmark.mjs').Target} */
function growth(figure, atMost) {
  return { kind: 'growth', figure, atMost };
}

/** Returns limits at the largest size. @param {Record<string, number>} atMost @returns {import('../harness/benchmark.mjs').Target[]} */
function limits(atMost) {
  const ours = String(sizes.at(-1));
  return Object.entries(atMost).map(([figure, limit]) => ({ kind: 'limit', figure, ours, atMost: limit }));
}

/** Waits until the broker is done with the logins: until its load no longer falls. @param {() => CpuTimes} cpu */
async function settle(cpu) {
  let last = Infinity;
  for (let tries = 0; tries < 20; tries += 1) {
    const before = cpu();
    await wait(2_000);
    const { 'broker, load': load = 0 } = costs('load', before, cpu(), 1);
    if (load > last * 0.8) return;
    last = load;
  }
}

/** Returns the load of an idle hub, in microseconds of CPU a second. @param {() => CpuTimes} cpu */
async function idleCosts(cpu) {
  const before = cpu();
  await wait(idleSeconds * 1_000);
  const { 'service, idle': service = Number.NaN, 'broker, idle': broker = Number.NaN } = costs(
    'idle',
    before,
    cpu(),
    idleSeconds,
  );
  return { service, broker };
}

/** @typedef {{ service: number | null, broker: number | null }} CpuTimes */

/** @param {string} of @param {CpuTimes} before @param {CpuTimes} after @param {number} count */
function costs(of, before, after, count) {
  /** @param {'service' | 'broker'} part */
  const each = (part) => ((after[part] ?? Number.NaN) - (before[part] ?? Number.NaN)) / count;
  return { [`service, ${of}`]: each('service'), [`broker, ${of}`]: each('broker') };
}

/** @param {import('../fixtures/start-service.mjs').Service} service @returns {Promise<number[]>} ms of each request */
async function timeLists(service) {
  /** @type {number[]} */
  const times = [];
  for (let asked = 0; asked < lists; asked += 1) {
    const startedAt = performance.now();
    await (await service.as('GET', '/api/peers?limit=100')).text();
    times.push(performance.now() - startedAt);
  }
  return times;
}

/** Waits for the service, which writes sightings periodically. @param {import('../fixtures/start-service.mjs').Service} service @param {number} size */
async function untilListed(service, size) {
  const deadline = Date.now() + listedWithinMs;
  for (;;) {
    const answer = await service.as('GET', '/api/peers?limit=1');
    const { counts } = /** @type {{ counts: Record<string, number> }} */ (await answer.json());
    if ((counts['total'] ?? 0) >= size) return;
    if (Date.now() > deadline) throw new Error(`${size} stores are expected: ${JSON.stringify(counts)}`);
    await wait(200);
  }
}
