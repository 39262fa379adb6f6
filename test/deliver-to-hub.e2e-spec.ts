import { mkdir, rm } from 'node:fs/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection, tokenAuthenticator } from '@nats-io/transport-node';
import { Logger } from '@nestjs/common';
import supertest from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Settings } from '../src/config/settings.js';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { AuthCallout } from '../src/messaging/auth-callout.js';
import { HubLink } from '../src/messaging/hub-link.js';
import { NatsLink } from '../src/messaging/nats-link.js';
import { HubMessageIds } from '../src/outbox/hub-message-ids.js';
import { HubOutbox } from '../src/outbox/hub-outbox.js';
import { Outbox } from '../src/outbox/outbox.js';
import { commitEvents, readOutbox } from './support/commit-events.js';
import { isOnPostgres } from './support/create-database.js';
import { type CuttableBrokerLink, startCuttableBrokerLink } from './support/cuttable-broker-link.js';
import { readMetrics } from './support/read-metrics.js';
import { connectAsService, readStream, requestAnswer } from './support/read-stream.js';
import type { ReceivedEvent } from './support/register-connection.js';
import { refusalToPublish } from './support/refusal-to-publish.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

const patience = { timeout: 45_000 };
/** How many events of each subject the hub stores. */
const kept = 20;

const eventId = (data: Uint8Array) => /"id":"([^"]+)"/.exec(new TextDecoder().decode(data))?.[1] ?? '';
const isConnected = ({ app }: TestApp) => app.get(HubLink).isConnected;
const countWaiting = async ({ app }: TestApp) => (await app.get(HubOutbox).pending()).count;
const untilDelivered = (app: TestApp) => expect.poll(() => countWaiting(app), patience).toBe(0);
const idsOf = (received: readonly ReceivedEvent[]) => received.map(({ event }) => event.id);

describe('a store server with a hub', () => {
  let mock: TestMock;
  let hubNats: TestNats;
  let nats: TestNats;
  let link: CuttableBrokerLink;
  let otherLink: CuttableBrokerLink;
  let hub: TestApp;
  let store: TestApp;
  /** Has no broker. */
  let otherStore: TestApp;
  /** Follows what reaches the hub. */
  let watcher: NatsConnection;
  /** The ids of all events published at the hub, including the duplicates that its stream drops. */
  const received: string[] = [];

  beforeAll(async () => {
    [hubNats, nats, mock] = await Promise.all([startNats(), startNats(), startMock()]);
    link = await startCuttableBrokerLink(hubNats.port);
    otherLink = await startCuttableBrokerLink(hubNats.port);
    hub = await startApp({ mock, nats: hubNats });
    store = await startApp({ mock, nats, environment: { HUB_NATS_URL: link.url } });
    otherStore = await startApp({ mock, environment: { HUB_NATS_URL: otherLink.url } });
    await hub.acquire(mock, 'srv-hub');
    watcher = await connectAsService(hubNats);
    watcher.subscribe('stores.>', { callback: (_error, { data }) => void received.push(eventId(data)) });
    await watcher.flush();
    await Promise.all([store.acquire(mock, 'srv-store-1'), otherStore.acquire(mock, 'srv-store-2')]);
  });

  beforeEach(() => untilDelivered(store));

  afterAll(async () => {
    await Promise.all([store.stop(), otherStore.stop(), watcher.close()]);
    await hub.stop();
    await Promise.all([link.close(), otherLink.close(), mock.stop(), hubNats.stop(), nats.stop()]);
  });

  const readHub = async (serverId: string): Promise<ReceivedEvent[]> =>
    (await readStream(hubNats, 'STORES')).filter(({ subject }) => subject.startsWith(`stores.${serverId}.`));

  async function connectAs(app: TestApp, options: object = {}): Promise<NatsConnection> {
    const id = app.app.get(LicenseStore).state.identity?.serverId;
    const token = await mock.issueToken(id ?? '');
    return connect({
      servers: hubNats.url,
      authenticator: tokenAuthenticator(token),
      inboxPrefix: `_INBOX.${id}`,
      reconnect: false,
      ...options,
    });
  }

  /** Resolves once the events of the store are at the hub, and the watcher has received them. */
  async function untilReceived(): Promise<void> {
    await untilDelivered(store);
    await watcher.flush();
  }

  /** Restarts the hub, and restores the links once it admits servers: a refused server retries only seconds later. */
  async function restartHub(): Promise<void> {
    link.cut();
    otherLink.cut();
    await hubNats.restart();
    const own = [hub.app.get(NatsLink), hub.app.get(AuthCallout)];
    await expect.poll(() => own.every(({ isConnected: isUp }) => isUp), patience).toBe(true);
    await expect
      .poll(
        () =>
          watcher.flush().then(
            () => true,
            () => false,
          ),
        patience,
      )
      .toBe(true);
    link.restore();
    otherLink.restore();
  }

  it('publishes its events at the hub under its own id, under message ids that nobody can guess', async () => {
    await store.as('post', '/api/license/refresh').expect(200);
    await untilDelivered(store);
    await untilDelivered(otherStore);
    const stored = await readHub('srv-store-1');
    await expect.poll(async () => (await store.app.get(Outbox).pending()).count, patience).toBe(0);
    expect(stored).toEqual(
      (await readStream(nats)).map((event) => ({
        ...event,
        subject: `stores.srv-store-1.${event.subject}`,
        messageId: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      })),
    );
    expect(new Set(stored.map(({ messageId }) => messageId)).size).toBe(stored.length);
    expect(stored.map(({ event }) => event.data['reason'])).toEqual(['acquired', 'refreshed']);
    expect(await readHub('srv-store-2')).toMatchObject([
      { subject: 'stores.srv-store-2.license.status', event: { source: '/servers/srv-store-2' } },
    ]);
  });

  it('publishes to its registers while the link is cut, and to its hub afterwards: everything, in order, once', async () => {
    link.cut();
    await expect.poll(() => isConnected(store)).toBe(false);
    await commitEvents(store, 100);
    await expect.poll(async () => (await store.app.get(Outbox).pending()).count).toBe(0);
    expect(await countWaiting(store)).toBe(100);
    expect((await supertest(store.url).get('/health')).body).toMatchObject({
      status: 'degraded',
      details: { nats: { eventsWaiting: 0, hub: { connected: false, eventsWaiting: 100 } } },
    });
    const metrics = await readMetrics(store.url);
    expect(metrics.value('pos_licensing_hub_connected')).toBe(0);
    expect(metrics.value('pos_licensing_hub_outbox_pending_events')).toBe(100);
    expect(metrics.value('pos_licensing_outbox_pending_events')).toBe(0);

    received.length = 0;
    link.restore();
    await untilReceived();
    const committed = (await readOutbox(store)).slice(-100).map((row) => row.eventId);
    expect(idsOf(await readHub('srv-store-1'))).toEqual(committed.slice(-kept));
    expect(received).toEqual(committed);
    expect((await readMetrics(store.url)).value('pos_licensing_hub_connected')).toBe(1);
  });

  it('publishes to its hub while its own broker is down', async () => {
    expect((await otherStore.app.get(Outbox).pending()).count).toBe(1);
    await otherStore.as('post', '/api/license/refresh').expect(200);
    await untilDelivered(otherStore);
    expect((await otherStore.app.get(Outbox).pending()).count).toBe(2);
    expect((await readHub('srv-store-2')).map(({ event }) => event.data['reason'])).toEqual([
      'acquired',
      'refreshed',
    ]);
  });

  it('resumes where it stopped when the link breaks among many events', async () => {
    received.length = 0;
    const { cuts } = link;
    link.cutAfter(20_000, 'from-broker');
    await commitEvents(store, 300);
    await untilReceived();
    expect(received.length).toBeGreaterThanOrEqual(300);
    const committed = (await readOutbox(store)).slice(-300).map((row) => row.eventId);
    expect([...new Set(received)]).toEqual(committed);
    expect(idsOf(await readHub('srv-store-1'))).toEqual(committed.slice(-kept));
    expect(link.cuts).toBe(cuts + 1);
  });

  if (isOnPostgres) {
    it('publishes each event once, even if two processes share its license', async () => {
      const replica = await startApp({
        mock,
        nats,
        dataDir: store.dataDir,
        environment: { HUB_NATS_URL: link.url },
      });
      await expect.poll(() => isConnected(replica), patience).toBe(true);
      received.length = 0;
      await commitEvents(replica, 20);
      await commitEvents(store, 20);
      await untilReceived();
      expect(received).toEqual((await readOutbox(store)).slice(-40).map((row) => row.eventId));
      await replica.close();
    });
  }

  // These do not depend on the database.
  if (!isOnPostgres) {
    it('reconnects to a hub whose broker was killed', async () => {
      await hubNats.kill();
      await expect.poll(() => isConnected(store)).toBe(false);
      await store.as('post', '/api/license/refresh').expect(200);
      await restartHub();
      await untilDelivered(store);
      expect(idsOf(await readHub('srv-store-1')).at(-1)).toBe((await readOutbox(store)).at(-1)?.eventId);
    });

    it('publishes its last status again, with the same id, when the storage of the hub was lost', async () => {
      const before = (await readHub('srv-store-1')).at(-1);
      await hubNats.kill();
      await rm(hubNats.storeDir, { recursive: true });
      await mkdir(hubNats.storeDir);
      await restartHub();
      await expect.poll(() => readHub('srv-store-1').catch(() => null), patience).toEqual([before]);
      await expect.poll(() => readHub('srv-store-2'), patience).toHaveLength(1);
    });

    it('sends nothing to a broker without TLS if the URL begins with tls', async () => {
      const url = hubNats.url.replace('nats:', 'tls:');
      const secured = new NatsLink({ nats: { url, login: hubNats.serviceUser } } as Settings);
      const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
      secured.onApplicationBootstrap();
      const refusal = expect.stringContaining("server does not support 'tls'");
      await vi.waitFor(() => expect(warn).toHaveBeenCalledWith(refusal), patience);
      warn.mockRestore();
      await secured.beforeApplicationShutdown();
    });

    it.each([
      'stores.srv-store-2.license.status',
      'stores.srv-store-1.other',
      '$JS.API.DIRECT.GET.STORES.stores.srv-store-1.license.status',
      '$JS.API.DIRECT.GET.STORES.stores.srv-store-2.license.status',
      '$JS.API.DIRECT.GET.STORES',
      '$JS.API.STREAM.INFO.STORES',
      'license.status',
    ])('may not publish to %s at the hub', async (subject) => {
      const connection = await connectAs(store);
      expect(await refusalToPublish(connection, subject)).toMatch(/Permissions Violation for Publish/i);
      await connection.close();
    });

    it.each(['stores.>', 'stores.srv-store-2.license.status', '_INBOX.srv-store-2.>'])(
      'may not subscribe to %s at the hub',
      async (subject) => {
        const connection = await connectAs(store);
        const refused = new Promise<unknown>((resolve) => {
          connection.subscribe(subject, { callback: (error) => resolve(error) });
        });
        expect(String(await refused)).toMatch(/Permissions Violation for Subscription/i);
        await connection.close();
      },
    );

    it.each([
      'stores.srv-store-2.license.status',
      '$JS.API.STREAM.PURGE.STORES',
      '$JS.API.STREAM.DELETE.STORES',
    ])('changes nothing at the hub with the reply subject %s', async (reply) => {
      const connection = await connectAs(store);
      const before = await readStream(hubNats, 'STORES');
      connection.publish('svc.licensing.stored', '', { reply });
      connection.publish('$JS.API.DIRECT.GET.LICENSING.license.status', '', { reply });
      connection.publish('svc.licensing.status-list', '', { reply });
      await requestAnswer(connection, 'svc.licensing.status');
      expect(await readStream(hubNats, 'STORES')).toEqual(before);
      await connection.close();
    });

    it('publishes its last event again if an unreadable message is the last one under its subject', async () => {
      const intruder = await connectAs(store);
      const { seq } = await jetstream(intruder).publish('stores.srv-store-1.license.status', '{');
      await intruder.close();
      const service = await connectAsService(hubNats);
      const { direct, streams } = await jetstreamManager(service);
      const readLast = async () =>
        (await direct.getMessage('STORES', { last_by_subj: 'stores.srv-store-1.license.status' }))?.string();
      expect(await readLast()).toBe('{');
      link.cut();
      await expect.poll(() => isConnected(store)).toBe(false);
      link.restore();
      const { body } =
        (await readOutbox(store)).findLast(({ subject }) => subject === 'license.status') ?? {};
      await expect.poll(readLast, patience).toBe(body);
      await untilDelivered(store);
      await streams.deleteMessage('STORES', seq);
      await service.close();
    });
  }

  it('delivers an event although another store has published under its event id and its message id', async () => {
    link.cut();
    await expect.poll(() => isConnected(store)).toBe(false);
    await commitEvents(store, 1);
    const { eventId: id = '' } = (await readOutbox(store)).at(-1) ?? {};
    const messageIdOf = await store.app.get(HubMessageIds).derivation();
    const rogue = await connectAs(otherStore);
    for (const msgID of [id, messageIdOf(id)]) {
      const stored = await jetstream(rogue).publish('stores.srv-store-2.license.status', '{}', { msgID });
      expect(stored.duplicate).toBe(false);
    }
    await rogue.close();
    link.restore();
    await untilDelivered(store);
    expect((await readHub('srv-store-1')).at(-1)).toMatchObject({
      messageId: messageIdOf(`${id}.1`),
      event: { id },
    });
  });

  it('publishes the removal of its license, and drops the waiting events of its previous identity', async () => {
    await otherStore.as('delete', '/api/license').expect(204);
    await untilDelivered(otherStore);
    expect((await readHub('srv-store-2')).at(-1)?.event.data).toMatchObject({ reason: 'removed' });
    await otherStore.acquire(mock, 'srv-store-2');
    otherLink.cut();
    await otherStore.as('post', '/api/license/refresh').expect(200);
    await otherStore.as('delete', '/api/license').expect(204);
    await otherStore.acquire(mock, 'srv-store-1');
    const before = idsOf(await readHub('srv-store-2'));
    otherLink.restore();
    await untilDelivered(otherStore);
    expect(idsOf(await readHub('srv-store-2'))).toEqual(before);
    expect((await readHub('srv-store-1')).at(-1)?.event).toMatchObject({
      id: (await readOutbox(otherStore)).at(-1)?.eventId,
      data: { reason: 'server-changed', previousServerId: 'srv-store-2' },
    });
  });
});

// Takes the seconds of a token's life, and does not depend on the database.
if (!isOnPostgres) {
  describe('a store server whose license token expires', () => {
    it('reconnects to its hub with the next token, and publishes nothing twice', async () => {
      const [nats, mock] = await Promise.all([startNats(), startMock({ tokenTtlSeconds: 10 })]);
      const hub = await startApp({ mock, nats });
      const store = await startApp({ mock, environment: { HUB_NATS_URL: nats.url } });
      const tokens: (string | undefined)[] = [];
      const untilConnected = (times: number) =>
        expect.poll(() => new Set(tokens).size, patience).toBeGreaterThanOrEqual(times);
      store.app.get(HubLink).onConnected(async () => {
        tokens.push(store.app.get(LicenseStore).secrets?.accessToken);
      });
      await Promise.all([hub.acquire(mock, 'srv-hub'), store.acquire(mock, 'srv-store-1')]);
      await untilConnected(2);
      await commitEvents(store, 1);
      await untilDelivered(store);
      const ids = idsOf(await readStream(nats, 'STORES'));
      expect(ids).toEqual((await readOutbox(store)).slice(0, ids.length).map((row) => row.eventId));
      expect(ids.length).toBeGreaterThanOrEqual(2);
      await store.stop();
      await hub.stop();
      await Promise.all([mock.stop(), nats.stop()]);
    });
  });
}
