import { makeRegister } from '../fixtures/make-register.mjs';
import { Subscribers } from '../fixtures/subscribers.mjs';
import { residentMemoryMiB } from '../harness/resident-memory.mjs';

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const storm = {
  name: 'storm',
  title: 'The broker restarts under 1,000 registers',
  how:
    'Registers with tokens and proofs, in one process, which waits 1 to 2 s before each attempt as the client library does. ' +
    '"All in" is from the new start of the broker until the last one is connected, "event" is then from a refresh until ' +
    'the last one has its event, and "memory" is that of the service afterwards.',
  figures: { 'all in': 'ms', event: 'ms', memory: 'MiB' },
  rounds: 3,
  // The authorization timeout of the broker, 5 s, then at most 2 s until the next attempt, and a second for the logins.
  targets: [{ kind: 'limit', ours: 'service', figure: 'all in', atMost: 8_000 }],
  async prepare(fixtures, { isQuick }) {
    const [service, broker, mock] = await Promise.all([
      fixtures.service(),
      fixtures.broker(),
      fixtures.mock(),
    ]);
    const registers = [];
    for (let number = 1; number <= (isQuick ? 200 : 1_000); number += 1) {
      registers.push(await makeRegister(broker.url, mock, number));
    }
    const subscribers = new Subscribers();
    await subscribers.connect(registers);
    await subscribers.subscribe('license.status');
    const round = async () => {
      const allIn = await subscribers.reconnect(() => broker.restart());
      let startedAt = 0n;
      const receivedAt = await subscribers.receive(async () => {
        startedAt = process.hrtime.bigint();
        const answer = await service.as('POST', '/api/license/refresh');
        if (!answer.ok) throw new Error(`The refresh failed: ${await answer.text()}`);
      });
      const event = Number(receivedAt - startedAt) / 1e6;
      return { 'all in': allIn, event, memory: residentMemoryMiB(service.pid) };
    };
    return { contenders: [{ name: 'service', round }], close: () => subscribers.stop() };
  },
};
