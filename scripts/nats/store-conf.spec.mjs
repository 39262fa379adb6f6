import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startNats } from '../../test/support/start-nats.js';

const LAST_STATUS = '$JS.API.DIRECT.GET.LICENSING.license.status';
const TIMEOUT_MS = 30_000;

/** @type {Awaited<ReturnType<typeof startNats>>} */
let nats;
/** @type {import('@nats-io/transport-node').NatsConnection} */
let service;
/** @type {import('@nats-io/transport-node').NatsConnection} */
let register;

beforeAll(async () => {
  nats = await startNats();
  service = await connectAs(nats.serviceUser);
  register = await connectAs(nats.registerUser);
  const subscription = service.subscribe('svc.licensing.status');
  void answerRequests(subscription);
}, TIMEOUT_MS);

afterAll(async () => {
  await register?.close();
  await service?.close();
  await nats?.stop();
}, TIMEOUT_MS);

beforeEach(async () => {
  const manager = await jetstreamManager(service);
  await manager.streams.delete('LICENSING').catch(() => false);
  await manager.streams.add({
    name: 'LICENSING',
    subjects: ['license.status', 'token.expiring'],
    allow_direct: true,
  });
  await jetstream(service).publish('license.status', 'the last event');
});

describe('a register at the store’s broker', () => {
  it('receives a live event', async () => {
    const received = firstMessage(register.subscribe('license.status', { max: 1 }));
    await register.flush();
    await jetstream(service).publish('license.status', 'a live event');
    expect((await received)?.string()).toBe('a live event');
  });

  it('reads the last event without JetStream in its account', async () => {
    const answer = await register.request(LAST_STATUS);
    expect(answer.string()).toBe('the last event');
  });

  it('gets a 404 if no event was published yet', async () => {
    const answer = await register.request('$JS.API.DIRECT.GET.LICENSING.token.expiring');
    expect(answer.headers?.code).toBe(404);
  });

  it('requests a license view from the service', async () => {
    const answer = await register.request('svc.licensing.status');
    expect(answer.string()).toBe('a fresh view');
  });

  it('has no JetStream in its account', async () => {
    await expect(jetstreamManager(register, { timeout: 1_000 })).rejects.toThrow();
  });
});

describe('the store’s broker', () => {
  // The broker waits for the service, so the cases run concurrently.
  it.concurrent.each([
    ['no credentials', {}],
    ['a wrong password', { user: 'licensing', pass: 'wrong' }],
    ['an unknown user', { user: 'unknown', pass: 'wrong' }],
  ])(
    'refuses %s even while no service answers the auth callout',
    async (_name, credentials) => {
      await expect(connect({ servers: nats.url, reconnect: false, ...credentials })).rejects.toThrow(
        /authorization|authentication/i,
      );
    },
    TIMEOUT_MS,
  );

  it(
    'keeps acknowledged messages after a kill',
    async () => {
      await nats.kill();
      await nats.restart();
      const afterwards = await connectAs(nats.serviceUser);
      const count = await messagesInStream(afterwards);
      await afterwards.close();
      expect(count).toBe(1);
    },
    TIMEOUT_MS,
  );
});

/** @param {import('../../test/support/start-nats.js').NatsUser} user */
function connectAs({ user, password }) {
  return connect({
    servers: nats.url,
    user,
    pass: password,
    inboxPrefix: `_INBOX.${user}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
  });
}

/** @param {import('@nats-io/transport-node').Subscription} subscription */
async function answerRequests(subscription) {
  for await (const message of subscription) message.respond('a fresh view');
}

/** @param {import('@nats-io/transport-node').Subscription} subscription */
async function firstMessage(subscription) {
  for await (const message of subscription) return message;
  return null;
}

async function messagesInStream(connection = service) {
  const manager = await jetstreamManager(connection);
  const info = await manager.streams.info('LICENSING');
  return info.state.messages;
}
