import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection, tokenAuthenticator } from '@nats-io/transport-node';
import supertest from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PeerList } from '../src/peer-registry/list-peers.js';
import { PeerRepository } from '../src/peer-registry/peer-repository.js';
import { dayMs, hourMs, shift } from './support/license-fixture.js';
import { readMetrics } from './support/read-metrics.js';
import { connectAsService, requestAnswer } from './support/read-stream.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { writeExpiringEvent, writeStatusEvent, type StoreEventOptions } from './support/store-events.js';

const register = 'reg-1-1';
const store = 'srv-store-1';
const otherStore = 'srv-store-2';

/** A peer as JSON. */
type PeerJson = Record<keyof PeerList['peers'][number], unknown> & { readonly deviceId: string };
interface ListJson {
  readonly peers: PeerJson[];
  readonly nextAfter: string | null;
  readonly counts: PeerList['counts'];
}

const now = (byMs = 0) => shift(new Date(), byMs);
const sequenceOf = (at: Date) => String(at.getTime()).padStart(16, '0');

describe('the list of peers', () => {
  let mock: TestMock;
  let nats: TestNats;
  let app: TestApp;
  let service: NatsConnection;
  const connections: NatsConnection[] = [];

  beforeAll(async () => {
    [nats, mock] = await Promise.all([startNats(), startMock()]);
    app = await startApp({ mock, nats });
    await app.acquire(mock, 'srv-hub');
    await mock.control('PATCH', `/mock/devices/${register}`, { hubId: 'srv-hub' });
    service = await connectAsService(nats);
  });

  afterEach(async () => {
    await Promise.all(connections.splice(0).map((connection) => connection.close()));
  });

  afterAll(async () => {
    await service.close();
    await app.stop();
    await Promise.all([mock.stop(), nats.stop()]);
  });

  async function issue(deviceId: string): Promise<{ token: string; expiresAt: string }> {
    return (await mock.control('POST', '/mock/tokens', { deviceId })) as { token: string; expiresAt: string };
  }

  async function open(deviceId: string): Promise<NatsConnection> {
    const { token } = await issue(deviceId);
    const connection = await connect({
      servers: nats.url,
      authenticator: tokenAuthenticator(token),
      inboxPrefix: `_INBOX.${deviceId}`,
      reconnect: false,
    });
    connections.push(connection);
    return connection;
  }

  async function list(query = ''): Promise<ListJson> {
    return (await app.as('get', `/api/peers${query}`).expect(200)).body as ListJson;
  }

  async function ids(query: string): Promise<string[]> {
    return (await list(query)).peers.map(({ deviceId }) => deviceId).toSorted();
  }

  async function find(deviceId: string): Promise<PeerJson | undefined> {
    return (await list()).peers.find((peer) => peer.deviceId === deviceId);
  }

  /** Publishes an event into the stream, as the hub's broker does for a store. */
  async function deliver(json: string, serverId: string, type = 'license.status'): Promise<void> {
    await jetstream(service).publish(`stores.${serverId}.${type}`, json);
  }

  const tell = (options: StoreEventOptions) => deliver(writeStatusEvent(options), options.serverId);

  it('requires the admin token, and refuses unknown parameters and values', async () => {
    await supertest(app.url).get('/api/peers').expect(401);
    const { token } = await issue(register);
    await supertest(app.url).get('/api/peers').set('Authorization', `Bearer ${token}`).expect(401);
    for (const query of [
      'limit=0',
      'limit=201',
      'limit=x',
      'after=x',
      'after=a.x.srv',
      'kind=till',
      'attention=yes',
      `search=${'x'.repeat(65)}`,
      'search=%00',
      'search=a&search=b',
      'page=2',
    ]) {
      const { body } = await app.as('get', `/api/peers?${query}`).expect(400);
      expect(body, query).toMatchObject({ code: 'bad-request' });
    }
  });

  it('is empty before the first peer connects', async () => {
    await expect.poll(async () => (await list()).counts.connected).toBe(0);
    expect(await list()).toEqual({
      peers: [],
      nextAfter: null,
      counts: { total: 0, connected: 0, attention: 0 },
    });
  });

  it('shows a register once it connects, and that it has disconnected', async () => {
    const connection = await open(register);
    await expect.poll(async () => (await find(register))?.connected).toBe(true);
    expect(await find(register)).toEqual({
      deviceId: register,
      name: 'Store 1, register 1',
      kind: 'register',
      features: ['register'],
      connected: true,
      lastSeenAt: expect.any(String),
      tokenStatus: 'valid',
      tokenExpiresAt: expect.any(String),
      status: null,
      statusText: null,
      reason: null,
      renewalDate: null,
      sequence: null,
      statusAt: null,
      eventVersion: null,
      serviceVersion: null,
      standing: null,
      attention: [],
      refusal: null,
      refusedAt: null,
    });
    expect((await list()).counts).toEqual({ total: 1, connected: 1, attention: 0 });
    await connection.close();
    await expect.poll(async () => (await find(register))?.connected).toBe(false);
    const { lastSeenAt } = (await find(register)) ?? {};
    expect(Math.abs(Date.parse(String(lastSeenAt)) - Date.now())).toBeLessThan(90_000);
    expect((await list()).counts).toEqual({ total: 1, connected: 0, attention: 0 });
  });

  it.each<[string, string, (token: string) => Promise<unknown>]>([
    [
      'calls the API',
      store,
      (token) => supertest(app.url).get('/api/peers/me').set('Authorization', `Bearer ${token}`).expect(200),
    ],
    [
      'passes a local proxy',
      'reg-1-2',
      (token) => supertest(app.url).get('/auth/verify').set('Authorization', `Bearer ${token}`).expect(204),
    ],
    [
      'a local service verifies',
      'reg-2-1',
      (token) => requestAnswer(service, 'svc.licensing.verify', JSON.stringify({ token })),
    ],
  ])('shows a peer that %s', async (_what, deviceId, come) => {
    await mock.control('PATCH', `/mock/devices/${deviceId}`, { hubId: 'srv-hub' });
    expect(await find(deviceId)).toBeUndefined();
    const { token, expiresAt } = await issue(deviceId);
    await come(token);
    const { tokenExpiresAt } = (await find(deviceId)) ?? {};
    expect(Date.parse(String(tokenExpiresAt))).toBe(Date.parse(expiresAt));
  });

  it('shows the license status that a store server has published, even if it never connected', async () => {
    const at = now();
    await tell({ serverId: otherStore, at });
    await expect.poll(() => find(otherStore)).toBeDefined();
    expect(await find(otherStore)).toMatchObject({
      name: `Name of ${otherStore}`,
      kind: 'server',
      connected: false,
      status: 'licensed',
      statusText: 'Licensed',
      reason: 'acquired',
      renewalDate: shift(at, 365 * dayMs).toISOString(),
      sequence: sequenceOf(at),
      statusAt: at.toISOString(),
      eventVersion: 1,
      tokenStatus: 'valid',
      tokenExpiresAt: shift(at, 7 * dayMs).toISOString(),
      serviceVersion: '1.2.3',
      standing: {
        isLicensed: true,
        reason: 'licensed',
        usableUntil: shift(at, 7 * dayMs).toISOString(),
        limitedBy: 'token',
      },
      attention: [],
    });
  });

  it('ignores events that are stale, malformed or of another server', async () => {
    const { sequence } = (await find(otherStore)) ?? {};
    const stale = new Date(Number(sequence) - 1);
    await tell({ serverId: otherStore, at: stale, data: { status: 'expired' } });
    await deliver('no event', otherStore);
    await deliver(writeStatusEvent({ serverId: store, at: now(), data: { status: 'expired' } }), otherStore);
    const at = now();
    await tell({ serverId: otherStore, at });
    await expect.poll(async () => (await find(otherStore))?.sequence).toBe(sequenceOf(at));
    expect(await find(otherStore)).toMatchObject({ status: 'licensed' });
    expect(await find(store)).toMatchObject({ status: null });
  });

  it('lists the peers that need attention first, with the reasons, and can filter them', async () => {
    const soon = now(hourMs);
    await deliver(
      writeExpiringEvent({ serverId: store, at: now(), expiresAt: soon }),
      store,
      'token.expiring',
    );
    await tell({ serverId: otherStore, at: now(), data: { status: 'requires-renewal', clockSuspect: true } });
    const inNeed = async () => (await list('?attention=true')).peers.map((peer) => peer.deviceId);
    await expect.poll(inNeed).toHaveLength(2);
    expect((await list()).peers.map(({ deviceId }) => deviceId)).toEqual([
      ...(await inNeed()),
      'reg-1-1',
      'reg-1-2',
      'reg-2-1',
    ]);
    expect(await find(store)).toMatchObject({
      attention: ['token-expiring'],
      tokenStatus: 'expiring',
      tokenExpiresAt: soon.toISOString(),
    });
    expect(await find(otherStore)).toMatchObject({ attention: ['requires-renewal', 'clock-suspect'] });
    expect((await list()).counts).toMatchObject({ total: 5, attention: 2 });
    const metrics = await readMetrics(app.url);
    expect(metrics.value('pos_licensing_peers', 'kind="server"')).toBe(2);
    expect(metrics.value('pos_licensing_peers', 'kind="register"')).toBe(3);
    expect(metrics.value('pos_licensing_peers_in_need_of_attention')).toBe(2);
  });

  it('can be filtered by kind, and searched by id and name', async () => {
    expect(await ids('?kind=server')).toEqual([store, otherStore]);
    expect(await ids('?kind=server&attention=true&search=srv-store-2')).toEqual([otherStore]);
    expect(await ids('?search=STORE%201,')).toEqual(['reg-1-1', 'reg-1-2']);
    expect(await ids('?search=reg-1')).toEqual(['reg-1-1', 'reg-1-2']);
    expect(await ids('?search=%25')).toEqual([]);
  });

  it('survives a restart, shows the connected peers again, and reads the events published in the meantime', async () => {
    await open(register);
    await expect.poll(async () => (await find(register))?.connected).toBe(true);
    const expiring = writeExpiringEvent({ serverId: store, at: now(), expiresAt: now(hourMs) });
    await deliver(expiring, store, 'token.expiring');
    await expect.poll(async () => (await find(store))?.tokenStatus).toBe('expiring');
    const { peers } = await list();
    await app.close();
    const at = now();
    await tell({ serverId: otherStore, at, data: { status: 'expired' } });
    app = await startApp({ mock, nats, dataDir: app.dataDir });
    await expect.poll(async () => (await find(register))?.connected).toBe(true);
    await expect.poll(async () => (await find(otherStore))?.sequence).toBe(sequenceOf(at));
    expect((await list()).peers.map(({ deviceId }) => deviceId).toSorted()).toEqual(
      peers.map(({ deviceId }) => deviceId).toSorted(),
    );
    expect(await find(store)).toMatchObject({ attention: ['token-expiring'] });
  });

  /** Publishes a new event, retried until it succeeds, and waits until the list contains it. */
  async function reported(at: Date): Promise<void> {
    await expect
      .poll(
        () =>
          tell({ serverId: otherStore, at }).then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    await expect
      .poll(async () => (await find(otherStore))?.sequence, { timeout: 20_000 })
      .toBe(sequenceOf(at));
  }

  it('is updated again after a loss of the stream and after an outage of the broker', async () => {
    await (await jetstreamManager(service, { checkAPI: false })).streams.delete('STORES');
    await reported(now());
    await nats.restart();
    await expect.poll(async () => (await list()).counts.connected, { timeout: 20_000 }).toBe(0);
    await reported(now());
  });

  it('returns each of 2,000 peers once, page by page', async () => {
    const seeded = Array.from({ length: 2000 }, (_, index) => `srv-${String(index).padStart(4, '0')}`);
    const at = now();
    for (let start = 0; start < seeded.length; start += 500) {
      await app.app.get(PeerRepository).record(
        seeded.slice(start, start + 500).map((deviceId, index) => ({
          kind: 'admitted',
          deviceId,
          // One in ten was last seen two days ago.
          at: index % 10 === 0 ? shift(at, -2 * dayMs) : at,
          peer: { deviceId, kind: 'server', name: deviceId, features: [], tokenExpiresAt: shift(at, dayMs) },
        })),
      );
    }
    const seen = await readAll('?limit=100');
    expect(seen.toSorted()).toEqual([...new Set(seen)].toSorted());
    expect(seen).toHaveLength((await list()).counts.total);
    expect(seen.filter((id) => seeded.includes(id))).toHaveLength(2000);
    const inNeed = await readAll('?limit=7&attention=true&search=srv-0');
    expect(inNeed.toSorted()).toEqual(
      seeded.filter((id, index) => index % 10 === 0 && id.startsWith('srv-0')),
    );
    expect((await readAll('?kind=register&limit=1')).toSorted()).toEqual(['reg-1-1', 'reg-1-2', 'reg-2-1']);
  });

  async function readAll(query: string): Promise<string[]> {
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 200; page += 1) {
      const { peers, nextAfter } = await list(after === null ? query : `${query}&after=${after}`);
      seen.push(...peers.map(({ deviceId }) => deviceId));
      if (nextAfter === null) return seen;
      after = nextAfter;
    }
    throw new Error('The pages have no end.');
  }

  it('leaves the license readable by the peers and by the admin', async () => {
    const read = (authorization: string) =>
      supertest(app.url).get('/api/license').set('Authorization', authorization);
    const { token } = await issue(register);
    const { body } = await read(`Bearer ${token}`).expect(200);
    expect(body).toEqual(await app.view());
    await read(`Bearer ${(await issue('reg-corner-1')).token}`).expect(403);
    await read(`DPoP ${token}`).expect(401);
    await read('Bearer not-the-admin-token').expect(401);
    await supertest(app.url).get('/api/license').expect(401);
    await supertest(app.url).delete('/api/license').set('Authorization', `Bearer ${token}`).expect(401);
  });
});
