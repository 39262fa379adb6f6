import { generateKeyPairSync } from 'node:crypto';
import { createConnectionOptions } from '../../client/dist/index.js';
import { connectAs } from '../fixtures/connect-as.mjs';
import { Subscribers } from '../fixtures/subscribers.mjs';

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const connectRegisters = {
  name: 'connect-registers',
  title: '1,000 registers connect at once with their license tokens',
  how:
    'Each with the client library, a token of its own and a fresh proof of its key, judged by the service (auth ' +
    'callout). Beside it 1,000 connections with a password that the broker knows; and 300 with tokens, as a large shop ' +
    'has them, which shall be in within 2 s.',
  figures: { 'all in': 'ms' },
  targets: [
    {
      kind: 'ratio',
      ours: '1,000 with tokens',
      other: '1,000 with a password',
      figure: 'all in',
      atMost: 2,
    },
    { kind: 'limit', ours: '300 with tokens', figure: 'all in', atMost: 2000 },
  ],
  async prepare(fixtures, { isQuick }) {
    const [service, broker, mock] = await Promise.all([
      fixtures.service(),
      fixtures.broker(),
      fixtures.mock(),
    ]);
    const count = isQuick ? 200 : 1_000;
    /** @type {import('@nats-io/transport-node').NodeConnectionOptions[]} */
    const withTokens = [];
    for (let number = 1; number <= count; number += 1) {
      withTokens.push(await makeRegister(broker.url, mock, number));
    }
    const withPassword = Array.from({ length: count }, () => connectAs(broker, 'register'));
    const few = withTokens.slice(0, 300);
    await enterAndLeave(few);
    if (!(await service.as('GET', '/health')).ok) throw new Error('The service is not well.');
    return {
      contenders: [
        { name: '1,000 with tokens', round: () => enterAndLeave(withTokens) },
        { name: '1,000 with a password', round: () => enterAndLeave(withPassword) },
        { name: '300 with tokens', round: () => enterAndLeave(few) },
      ],
    };
  },
};

/** @param {import('@nats-io/transport-node').NodeConnectionOptions[]} options */
async function enterAndLeave(options) {
  const subscribers = new Subscribers();
  const ms = await subscribers.enter(options);
  await subscribers.stop();
  return { 'all in': ms };
}

/** @param {string} natsUrl @param {import('../fixtures/start-mock.mjs').Mock} mock @param {number} number */
async function makeRegister(natsUrl, mock, number) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const dpopKey = privateKey.export({ format: 'jwk' });
  const { d: _secret, ...dpopJwk } = dpopKey;
  const deviceId = `reg-bench-${number}`;
  const { token } = await mock.control('POST', '/mock/tokens', { deviceId, dpopJwk });
  return createConnectionOptions({ natsUrl, token, dpopKey, serverId: 'srv-store-1' });
}
