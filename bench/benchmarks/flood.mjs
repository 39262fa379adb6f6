import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { startProcess } from '../fixtures/child-process.mjs';
import { makeRegister } from '../fixtures/make-register.mjs';
import { rootDir } from '../fixtures/root-dir.mjs';
import { quantile } from '../harness/statistics.mjs';

const measuredMs = 2_000;
const pauseMs = 20;
const subject = 'svc.licensing.status';

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const flood = {
  name: 'flood',
  title: 'While a neighbor floods',
  how:
    'The requests of a register on svc.licensing.status for two seconds, and the time from a refresh to its event, without ' +
    'and with another register that sends the same requests as fast as the network allows, in its own process. The service ' +
    'disconnects that register, and it connects again and again.',
  figures: { 'request, p50': 'ms', 'request, p99': 'ms', event: 'ms' },
  rounds: 5,
  targets: [
    { kind: 'limit', ours: 'with a flood', figure: 'request, p99', atMost: 1_000 },
    { kind: 'limit', ours: 'with a flood', figure: 'event', atMost: 2_000 },
  ],
  async prepare(fixtures) {
    const [service, broker, mock] = await Promise.all([
      fixtures.service(),
      fixtures.broker(),
      fixtures.mock(),
    ]);
    const register = await connect(await makeRegister(broker.url, mock, 1));
    const measure = () => measureRegister(register, service);
    // The service refuses a register that floods it for a minute, so each flood has its own.
    let flooding = 100;
    const withFlood = async () => {
      flooding += 1;
      const deviceId = `reg-bench-${flooding}`;
      const { token } = await mock.control('POST', '/mock/tokens', { deviceId });
      const rogue = await startProcess({
        args: [join(rootDir, 'test/support/flood.mjs')],
        env: { PORT: new URL(broker.url).port, TOKEN: token, DEVICE_ID: deviceId, SUBJECT: subject },
        isReady: (output) => output.includes('flooding'),
      });
      try {
        return await measure();
      } finally {
        await rogue.stop('SIGKILL');
      }
    };
    await measure();
    return {
      contenders: [
        { name: 'without', round: measure },
        { name: 'with a flood', round: withFlood },
      ],
      close: () => register.close(),
    };
  },
};

/**
 * @param {import('@nats-io/transport-node').NatsConnection} register
 * @param {import('../fixtures/start-service.mjs').Service} service
 */
async function measureRegister(register, service) {
  const event = timeEvent(register, service);
  const until = performance.now() + measuredMs;
  /** @type {number[]} */
  const times = [];
  while (performance.now() < until) {
    const startedAt = performance.now();
    await register.request(subject, '', { timeout: 10_000 });
    times.push(performance.now() - startedAt);
    await wait(pauseMs);
  }
  return { 'request, p50': quantile(times, 0.5), 'request, p99': quantile(times, 0.99), event: await event };
}

/**
 * Returns the ms from the time in the event of a refresh to its arrival.
 * @param {import('@nats-io/transport-node').NatsConnection} register
 * @param {import('../fixtures/start-service.mjs').Service} service
 */
async function timeEvent(register, service) {
  const events = register.subscribe('license.status', { max: 1, timeout: 10_000 });
  await register.flush();
  await service.as('POST', '/api/license/refresh');
  for await (const event of events) {
    /** @type {{ time: string }} */
    const { time } = event.json();
    return Date.now() - Date.parse(time);
  }
  throw new Error('No event arrived.');
}
