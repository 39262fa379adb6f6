import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HubLink } from '../src/messaging/hub-link.js';
import { NatsLink } from '../src/messaging/nats-link.js';
import { HubMessageIds } from '../src/outbox/hub-message-ids.js';
import { HubOutbox } from '../src/outbox/hub-outbox.js';
import { HubRelay } from '../src/outbox/hub-relay.js';
import { OutboxRelay } from '../src/outbox/outbox-relay.js';
import { Outbox } from '../src/outbox/outbox.js';
import { commitEvents, readOutbox } from './support/commit-events.js';
import { type CuttableBrokerLink, startCuttableBrokerLink } from './support/cuttable-broker-link.js';
import { connectAsService, requestAnswer } from './support/read-stream.js';
import type { CloudEventJson } from './support/register-connection.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

const patience = { timeout: 20_000 };
const type = 'license.status';
const sequence = '9999999999999999';

const foreignMessages = [
  'hello',
  'null',
  '{}',
  JSON.stringify({ type, source: '/servers/srv-store-2', sequence }),
];

interface LastMessage {
  readonly messageId: string;
  readonly eventId: string;
}

/** Returns the last message of a subject, or `null` if there is none or it is not an event. */
async function readLast(
  connection: NatsConnection,
  stream: string,
  subject: string,
): Promise<LastMessage | null> {
  const message = await requestAnswer(connection, `$JS.API.DIRECT.GET.${stream}.${subject}`);
  try {
    return {
      messageId: message.headers?.get('Nats-Msg-Id') ?? '',
      eventId: message.json<CloudEventJson>().id,
    };
  } catch {
    return null;
  }
}

/** Events are delivered to two brokers: that of the store itself, and that of its hub. */
describe.each([
  {
    place: 'the broker of the store',
    stream: 'LICENSING',
    subject: type,
    linkClass: NatsLink,
    outboxClass: Outbox,
    relayClass: OutboxRelay,
  },
  {
    place: 'the broker of the hub',
    stream: 'STORES',
    subject: `stores.srv-store-1.${type}`,
    linkClass: HubLink,
    outboxClass: HubOutbox,
    relayClass: HubRelay,
  },
])(
  'a stream that lost its last event, at $place',
  ({ stream, subject, linkClass, outboxClass, relayClass }) => {
    const isAtHub = stream === 'STORES';
    let mock: TestMock;
    let nats: TestNats;
    let link: CuttableBrokerLink;
    let hub: TestApp;
    let store: TestApp;
    let connection: NatsConnection;

    beforeAll(async () => {
      [nats, mock] = await Promise.all([startNats(), startMock()]);
      link = await startCuttableBrokerLink(nats.port);
      const { user, password } = nats.serviceUser;
      const own = { NATS_URL: link.url, NATS_USER: user, NATS_PASSWORD: password };
      store = await startApp({ mock, environment: isAtHub ? { HUB_NATS_URL: link.url } : own });
      if (isAtHub) {
        hub = await startApp({ mock, nats });
        await hub.acquire(mock, 'srv-hub');
      }
      await store.acquire(mock, 'srv-store-1');
      connection = await connectAsService(nats);
    });

    beforeEach(() => untilPublished());

    afterAll(async () => {
      await connection.close();
      await store.stop();
      if (isAtHub) await hub.stop();
      await Promise.all([link.close(), mock.stop(), nats.stop()]);
    });

    const untilPublished = () =>
      expect.poll(async () => (await store.app.get<Outbox>(outboxClass).pending()).count, patience).toBe(0);

    async function reconnect(): Promise<void> {
      const { isConnected } = store.app.get<NatsLink | HubLink>(linkClass);
      expect(isConnected).toBe(true);
      link.cut();
      await expect.poll(() => store.app.get<NatsLink | HubLink>(linkClass).isConnected, patience).toBe(false);
      link.restore();
    }

    /** At the hub, no other server can compute the message id of an event. */
    const messageIdOf = async (id: string) =>
      isAtHub ? (await store.app.get(HubMessageIds).derivation())(id) : id;

    const lastEventId = async () => (await readOutbox(store)).at(-1)?.eventId;

    it.each(foreignMessages)(
      'gets the event again if %s is the last message in its place',
      async (message) => {
        const eventId = await lastEventId();
        await jetstream(connection).publish(subject, message);
        expect(await readLast(connection, stream, subject)).not.toMatchObject({ eventId });
        await reconnect();
        await expect.poll(() => readLast(connection, stream, subject), patience).toMatchObject({ eventId });
        // The broker has stored the plain id, and would drop the message as a duplicate.
        const repeats = await Promise.all([1, 2, 3, 4, 5].map((count) => messageIdOf(`${eventId}.${count}`)));
        expect(repeats).toContain((await readLast(connection, stream, subject))?.messageId);
      },
    );

    it('gets the event again after a purge, and each later event under its own id', async () => {
      const eventId = await lastEventId();
      await requestAnswer(connection, `$JS.API.STREAM.PURGE.${stream}`);
      await reconnect();
      await expect.poll(() => readLast(connection, stream, subject), patience).toMatchObject({ eventId });
      await commitEvents(store, 3);
      await untilPublished();
      const laterId = await lastEventId();
      expect(await readLast(connection, stream, subject)).toEqual({
        messageId: await messageIdOf(`${laterId}`),
        eventId: laterId,
      });
    });

    it('gets the event again after a purge or a foreign message while the service stays connected, and health names the loss', async () => {
      const eventId = await lastEventId();
      const checkEachMinute = () => store.app.get<OutboxRelay | HubRelay>(relayClass).checkStream();
      for (const spoil of [
        () => requestAnswer(connection, `$JS.API.STREAM.PURGE.${stream}`),
        () => jetstream(connection).publish(subject, 'hello'),
      ]) {
        await spoil();
        expect(await readLast(connection, stream, subject)).not.toMatchObject({ eventId });
        await checkEachMinute();
        await expect.poll(() => readLast(connection, stream, subject), patience).toMatchObject({ eventId });
      }
      const { nats: reported } = (await store.as('get', '/health')).body.details;
      const lastLoss = isAtHub ? reported.hub.lastLoss : reported.lastLoss;
      expect(lastLoss).toMatchObject({ subject: type, noticedAt: expect.any(String) });
    });

    it('gets the events after one that is larger than the broker accepts, which health names', async () => {
      // The account of store servers at a hub has a lower limit than the broker.
      const name = 'x'.repeat(isAtHub ? 100_000 : 1_100_000);
      await commitEvents(store, 1, ({ identity, ...state }) => ({
        ...state,
        identity: identity && { ...identity, organization: { ...identity.organization, name } },
      }));
      const health = async () => (await store.as('get', '/health')).body.details.nats;
      await expect.poll(health, patience).toMatchObject({ status: 'degraded', setAside: 1 });
      await commitEvents(store, 1, ({ identity, ...state }) => ({
        ...state,
        identity: identity && { ...identity, organization: { ...identity.organization, name: 'Demo' } },
      }));
      const eventId = await lastEventId();
      await expect.poll(() => readLast(connection, stream, subject), patience).toMatchObject({ eventId });
      expect(await health()).not.toHaveProperty('setAside');
    });

    it('gets each event of a batch in order, even if messages of others arrive in between', async () => {
      const before = (await readOutbox(store)).length;
      const interval = setInterval(() => connection.publish(subject, 'hello'), 1);
      try {
        await commitEvents(store, 50);
        await untilPublished();
      } finally {
        clearInterval(interval);
      }
      await connection.flush();
      await reconnect();
      const eventId = await lastEventId();
      await expect.poll(() => readLast(connection, stream, subject), patience).toMatchObject({ eventId });
      expect((await readOutbox(store)).length).toBe(before + 50);
    });
  },
);
