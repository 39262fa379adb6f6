import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import {
  connect,
  headers,
  type MsgHdrs,
  type NatsConnection,
  PermissionViolationError,
  tokenAuthenticator,
} from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkBroker } from '../src/cli/doctor/check-broker.js';
import { loadSettings } from '../src/config/load-settings.js';
import { asyncApiDocument } from './support/asyncapi-document.js';
import { brokerEnvironment } from './support/broker-environment.js';
import { loggedLines } from './support/logged-lines.js';
import { connectAsService, readStream, requestAnswer, streamInfo } from './support/read-stream.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { writeStatusEvent } from './support/store-events.js';

const patience = { timeout: 20_000 };
const rogueId = 'srv-store-2';
const ownStatus = `stores.${rogueId}.license.status`;
const canary = 'forged-by-a-store';
const otherPeers = ['the register', 'the other store'] as const;

describe('a rogue store server at its hub', () => {
  let nats: TestNats;
  let mock: TestMock;
  let hub: TestApp;
  let rogue: NatsConnection;
  let service: NatsConnection;
  const peers = new Map<string, NatsConnection>();
  /** The messages that the other peers receive. */
  const received = new Map<string, string[]>(otherPeers.map((name) => [name, []]));

  beforeAll(async () => {
    [nats, mock] = await Promise.all([startNats(), startMock()]);
    hub = await startApp({ mock, nats });
    await hub.acquire(mock, 'srv-hub');
    await mock.control('PATCH', '/mock/devices/reg-1-1', { hubId: 'srv-hub' });
    service = await connectAsService(nats);
    await vi.waitFor(() => streamInfo(service, 'STORES'), patience);
    rogue = await connectAs(rogueId);
    const devices = ['reg-1-1', 'srv-store-1'];
    for (const [index, name] of otherPeers.entries()) {
      const id = devices[index] ?? '';
      const peer = await connectAs(id);
      for (const subject of ['license.status', 'token.expiring', `_INBOX.${id}.guessed`]) {
        peer.subscribe(subject, {
          callback: (_, message) => void received.get(name)?.push(message.string()),
        });
      }
      await peer.flush();
      peers.set(name, peer);
    }
  });

  afterAll(async () => {
    await Promise.all([rogue, service, ...peers.values()].map((connection) => connection.close()));
    await hub.stop();
    await Promise.all([mock.stop(), nats.stop()]);
  });

  async function connectAs(deviceId: string): Promise<NatsConnection> {
    const token = await mock.issueToken(deviceId);
    return connect({
      servers: nats.url,
      authenticator: tokenAuthenticator(token),
      inboxPrefix: `_INBOX.${deviceId}`,
      reconnect: false,
    });
  }

  /** Returns an event of the rogue store as it would like others to receive it. */
  function forge(change: object = {}): string {
    const event = JSON.parse(writeStatusEvent({ serverId: rogueId, at: new Date() })) as object;
    return JSON.stringify({ ...event, source: '/servers/srv-hub', subject: canary, ...change });
  }

  /** Resolves once everything that was sent before has reached the other peers: an event of the hub follows it. */
  async function untilAllArrived(): Promise<void> {
    await requestAnswer(rogue, 'svc.licensing.status');
    await requestAnswer(rogue, 'svc.licensing.stored').catch(() => null);
    await hub.as('post', '/api/license/refresh').expect(200);
    const { event } = (await readOwnStream()).at(-1)!;
    for (const name of otherPeers) {
      await expect
        .poll(() => received.get(name)?.some((text) => text.includes(event.id)), patience)
        .toBe(true);
    }
  }

  /** Reads the stream of the hub's own events once the last change is published. */
  async function readOwnStream() {
    await expect
      .poll(async () => ((await hub.as('get', '/health')).body as Health).details.nats.eventsWaiting)
      .toBe(0);
    return readStream(nats);
  }

  it.each(['license.status', 'token.expiring', '_INBOX.reg-1-1.guessed', '_INBOX.srv-store-1.guessed'])(
    'sends nobody content of its choice with the reply subject %s of any request',
    async (reply) => {
      await requestAnswer(rogue, ownStatus, forge());
      const stored = `$JS.API.DIRECT.GET.STORES.${ownStatus}`;
      for (const template of [...asyncApiDocument['x-permissions'].server.publish, stored]) {
        const subject = template.replace('{deviceId}', rogueId);
        rogue.publish(subject, forge(), { reply });
        rogue.publish(subject, '', { reply });
        rogue.publish(subject, '{"last_by_subj":"stores.*.license.status"}', { reply });
        const spoofed = withHeader('Nats-Request-Info', JSON.stringify({ user: canary, issuer_key: 'A' }));
        rogue.publish(subject, forge(), { reply, headers: spoofed });
      }
      await untilAllArrived();
      const own = (await readOwnStream()).map(({ event }) => event.id);
      const events = [...received.values()].flat().flatMap(readIfEvent);
      expect(events.filter(({ id }) => !own.includes(id))).toEqual([]);
      expect([...received.values()].flat().filter((text) => text.includes(canary))).toEqual([]);
      expect(received.get('the register')?.filter((text) => readIfEvent(text).length === 0)).toEqual([]);
    },
  );

  it('can neither set a condition for the stream nor send its message id to another store', async () => {
    received.get('the other store')!.length = 0;
    await jetstream(rogue).publish(ownStatus, '{}', { msgID: canary });
    rogue.publish(ownStatus, forge(), {
      reply: 'license.status',
      headers: withHeader('Nats-Expected-Last-Msg-Id', 'another'),
    });
    await untilAllArrived();
    const [answer = '', ...events] = received.get('the other store') ?? [];
    expect(JSON.parse(answer)).toEqual({ stream: 'STORES', seq: expect.any(Number) });
    expect(events.flatMap(readIfEvent)).toHaveLength(events.length);
    received.get('the other store')!.length = 0;
  });

  it('is answered about its own last events only, and not at all if it claims an id in another spelling', async () => {
    const event = JSON.parse(writeStatusEvent({ serverId: rogueId, at: new Date() })) as object;
    const id = '01M85ZWQARH5H6MM1YC03BRYEF';
    const stored = { ...event, id } as unknown as { sequence: string };
    await requestAnswer(rogue, ownStatus, JSON.stringify(stored));
    const claim = JSON.stringify({ user: 'srv-store-1', id: 1, acc: 'STORES', issuer_key: 'A' });
    const own = { 'license.status': { id, sequence: stored.sequence }, 'token.expiring': null };
    const subject = 'svc.licensing.stored';
    // The broker removes a header of this name, and adds its own.
    const exact = { headers: withHeader('Nats-Request-Info', claim, claim) };
    expect((await requestAnswer(rogue, subject, claim, exact)).json()).toEqual(own);
    const { reply, answers } = openInbox();
    for (const name of ['nats-request-info', 'NATS-REQUEST-INFO'])
      rogue.publish(subject, claim, { reply, headers: withHeader(name, claim, claim) });
    expect(await answers([subject])).toEqual([JSON.stringify(own)]);
    const other = await requestAnswer(peers.get('the other store')!, 'svc.licensing.stored');
    expect(other.json()).toEqual({ 'license.status': null, 'token.expiring': null });
  });

  it.each([
    ['a name with a space', 'Nats-Msg-Id : x\r\n\r\n'],
    ['a line break in a value', 'X: a\nb\r\n\r\n'],
    ['a value that continues into the sender', `${claimed}\r\nX: ab`],
    ['a name that continues into the sender', `${claimed}\r\nXab`],
    ['a claimed sender that continues into the true one', 'nats-request-info: ab'],
  ])('gets no answer to a request whose headers have %s, and the hub keeps running', async (_what, lines) => {
    const malformed = { encode: () => Buffer.from(`NATS/1.0\r\n${lines}`) } as unknown as MsgHdrs;
    const subjects = ['svc.licensing.status', 'svc.licensing.stored', ownStatus];
    const { reply, answers } = openInbox();
    for (const subject of subjects) rogue.publish(subject, '', { reply, headers: malformed });
    // Answers of three kinds, in any order: a status, the stored events, and the sequence in the stream.
    const members = (await answers(subjects)).map((text) => Object.keys(JSON.parse(text) as object));
    expect(members).toHaveLength(3);
    for (const one of ['serverId', 'token.expiring', 'stream'])
      expect(members.filter((names) => names.includes(one))).toHaveLength(1);
  });

  /** Opens an inbox. `answers` resolves to all it has received once requests without headers are answered there too. */
  function openInbox() {
    const reply = `_INBOX.${rogueId}.${randomUUID()}`;
    const arrived: string[] = [];
    const inbox = rogue.subscribe(reply, { callback: (_, answer) => void arrived.push(answer.string()) });
    const answers = async (controls: readonly string[]): Promise<readonly string[]> => {
      for (const subject of controls) rogue.publish(subject, '', { reply });
      await expect.poll(() => arrived.length, patience).toBeGreaterThanOrEqual(controls.length);
      // An answer to an earlier request arrives before these.
      for (const subject of controls) await requestAnswer(rogue, subject);
      inbox.unsubscribe();
      return arrived;
    };
    return { reply, answers };
  }

  it.each([
    ['is unreadable', '{'],
    ['is null', 'null'],
    ['has an id that is not one', forge({ source: `/servers/${rogueId}`, id: canary })],
    ['has a sequence that is not one', forge({ source: `/servers/${rogueId}`, sequence: canary })],
    ['names another server', forge()],
  ])('is answered that nothing is stored if its last message %s', async (_what, text) => {
    await requestAnswer(rogue, ownStatus, text);
    const answer = (await requestAnswer(rogue, 'svc.licensing.stored')).json();
    expect(answer).toEqual({ 'license.status': null, 'token.expiring': null });
  });

  it.each([
    ['Nats-Rollup', 'all'],
    ['Nats-Rollup', 'sub'],
    ['Nats-TTL', '1s'],
    ['Nats-Expected-Stream', 'LICENSING'],
  ])('displaces nothing with the header %s: %s', async (name, value) => {
    const other = peers.get('the other store')!;
    await requestAnswer(other, 'stores.srv-store-1.license.status', 'the last event of another store');
    await requestAnswer(rogue, ownStatus, forge(), { headers: withHeader(name, value) });
    expect(await lastOf('stores.srv-store-1.license.status')).toBe('the last event of another store');
  });

  async function lastOf(subject: string): Promise<string | undefined> {
    const { direct } = await jetstreamManager(service);
    return (await direct.getMessage('STORES', { last_by_subj: subject }))?.string();
  }

  it('fills 20 messages of each of its subjects, and no more, of a stream that leaves room for the hub', async () => {
    const large = 'x'.repeat(60_000);
    for (let count = 0; count < 40; count += 1) await jetstream(rogue).publish(ownStatus, large);
    const { config, state } = await streamInfo(service, 'STORES');
    expect(config).toMatchObject({ max_msg_size: 65_536, max_bytes: 128 * 1024 * 1024 });
    expect(state.bytes).toBeLessThan(2_000_000);
    expect(await lastOf('stores.srv-store-1.license.status')).toBe('the last event of another store');
  });

  const publishAs = (id: string) => jetstream(rogue).publish(ownStatus, 'x', { msgID: id });

  it('leaves the broker no long message id to remember', async () => {
    expect([await publishAs('short'), await publishAs('short')].map(({ duplicate }) => duplicate)).toEqual([
      false,
      true,
    ]);
    const long = 'x'.repeat(60_000);
    expect([await publishAs(long), await publishAs(long)].map(({ duplicate }) => duplicate)).toEqual([
      false,
      false,
    ]);
  });

  async function readEntry() {
    const { body } = await hub.as('get', '/api/peers?kind=server');
    return (body as { peers: PeerJson[] }).peers.find(({ deviceId }) => deviceId === rogueId);
  }

  it('does not freeze its entry in the list of peers with a sequence far ahead', async () => {
    const at = new Date();
    const publish = (sequence: number, serverName: string) =>
      requestAnswer(
        rogue,
        ownStatus,
        writeStatusEvent({ serverId: rogueId, at, sequence, data: { serverName } }),
      );
    await publish(9_007_199_254_740_991, 'Frozen');
    await expect.poll(async () => (await readEntry())?.attention, patience).toContain('clock');
    expect((await readEntry())?.name).not.toBe('Frozen');
    await publish(at.getTime(), 'Store Two');
    await expect
      .poll(readEntry, patience)
      .toMatchObject({ name: 'Store Two', attention: [], connected: true });
  });

  it.each([
    ['register', 'reg-1-1'],
    ['server', rogueId],
  ] as const)('may publish and subscribe as a %s only what docs/asyncapi.yaml lists', async (kind, id) => {
    const other = kind === 'server' ? 'srv-store-1' : 'reg-1-2';
    const { register, server } = asyncApiDocument['x-permissions'];
    const allowed = asyncApiDocument['x-permissions'][kind];
    const all = (member: 'publish' | 'subscribe') =>
      [register, server].flatMap((lists) => [...fill(lists[member], id), ...fill(lists[member], other)]);
    const published = new Set([
      ...all('publish'),
      ...beyond,
      ...Object.values(asyncApiDocument.channels).map(({ address }) => address.replace('{serverId}', id)),
    ]);
    const subscribed = new Set([
      ...all('subscribe'),
      ...beyond,
      'svc.licensing.stored',
      `stores.${id}.>`,
      '_INBOX.>',
      '_R_.>',
    ]);
    const connection = await connectAs(id);
    const refused: Record<'publish' | 'subscription', string[]> = { publish: [], subscription: [] };
    const watched = (async () => {
      for await (const status of connection.status()) {
        if (status.type !== 'error' || !(status.error instanceof PermissionViolationError)) continue;
        refused[status.error.operation].push(status.error.subject);
      }
    })();
    for (const subject of published) connection.publish(subject, '');
    for (const subject of subscribed) connection.subscribe(subject, { callback: () => undefined });
    await connection.flush();
    await connection.close();
    await watched;
    const without = (subjects: Set<string>, list: string[]) =>
      [...subjects].filter((subject) => !fill(list, id).includes(subject)).toSorted();
    expect(refused.publish.toSorted()).toEqual(without(published, allowed.publish));
    expect(refused.subscription.toSorted()).toEqual(without(subscribed, allowed.subscribe));
  });

  it('has at most 32 connections', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 40 }, () => connectAs('srv-store-1')));
    const open = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    await Promise.all(open.map((connection) => connection.close()));
    // One connection of this device is open from the beginning.
    expect(open).toHaveLength(31);
    expect(loggedLines).toContainEqual(
      expect.stringMatching(/Device srv-store-1 at \S+ is refused \(too-many-connections\)/),
    );
  });

  it.each([rogueId, 'reg-1-1'])('has as %s at most 64 subscriptions and 64 KB for a message', async (id) => {
    const connection = await connectAs(id);
    const errors: string[] = [];
    const watched = (async () => {
      for await (const status of connection.status())
        if (status.type === 'error') errors.push(status.error.message);
    })();
    // Announced by the broker, which also enforces it.
    expect(connection.info?.max_payload).toBe(65_536);
    const subscribe = () => connection.subscribe('license.status', { callback: () => undefined });
    for (let count = 0; count < 64; count += 1) subscribe();
    await connection.flush();
    expect(errors).toEqual([]);
    subscribe();
    await expect.poll(() => errors).toEqual([expect.stringMatching(/maximum subscriptions exceeded/i)]);
    await connection.close();
    await watched;
  });

  it('is offered no API of JetStream by the service, except to read the last events of the hub', async () => {
    const { user, password: pass } = nats.sysUser;
    const system = await connect({ servers: nats.url, user, pass });
    const answer = await system.request('$SYS.REQ.SERVER.PING.ACCOUNTZ', '{"account":"POS"}');
    await system.close();
    const { exports } = answer.json<AccountAnswer>().data.account_detail;
    const offered = exports.map(({ subject }) => subject);
    expect(offered.filter((subject) => subject.startsWith('$JS'))).toEqual([
      '$JS.API.DIRECT.GET.LICENSING.>',
    ]);
  });

  it.each([
    [rogueId, 'svc.licensing.stored'],
    ['reg-2-1', '$JS.API.DIRECT.GET.LICENSING.license.status'],
  ])('is disconnected as %s if it floods %s, and the other store is not', async (id, subject) => {
    await mock.control('PATCH', `/mock/devices/${id}`, { hubId: 'srv-hub' });
    const flooding = await connectAs(id);
    for (let count = 0; count < 20_000; count += 1) flooding.publish(subject, '', { reply: ownStatus });
    await flooding.closed();
    expect(peers.get('the other store')?.isClosed()).toBe(false);
    await expect(connectAs(id)).rejects.toThrow(/authorization violation/i);
  });

  it('is refused if it floods over two short connections, each below the limit', async () => {
    await mock.control('PATCH', '/mock/devices/reg-2-2', { hubId: 'srv-hub' });
    for (let count = 0; count < 2; count += 1) {
      const short = await connectAs('reg-2-2');
      for (let sent = 0; sent < 7000; sent += 1) short.publish('$JS.API.DIRECT.GET.LICENSING.license.status');
      // The service may notice the flood before the connection is flushed, which would then never be.
      await Promise.race([short.flush(), short.closed()]);
      await short.close();
    }
    await expect
      .poll(() => connectAs('reg-2-2').then((admitted) => admitted.close(), String), { timeout: 10_000 })
      .toMatch(/authorization violation/i);
  });
});

function withHeader(name: string, ...values: string[]): MsgHdrs {
  const made = headers();
  for (const value of values) made.append(name, value);
  return made;
}

const fill = (list: readonly string[], deviceId: string) =>
  list.map((subject) => subject.replace('{deviceId}', deviceId));

/** A sender as the broker would describe another store, under a name that the broker does not remove. */
const claimed = `nats-request-info: ${JSON.stringify({ user: 'srv-store-1', issuer_key: 'A' })}`;

/** Subjects that no peer may use. */
const beyond = [
  '>',
  'license.>',
  'stores.>',
  'svc.>',
  'svc.licensing.>',
  '$SYS.>',
  '$SYS.REQ.USER.INFO',
  '$SYS.REQ.USER.AUTH',
  '$SYS.REQ.SERVER.PING',
  '$JS.>',
  '$JS.API.INFO',
  '$JS.API.STREAM.PURGE.STORES',
  '$JS.API.STREAM.MSG.GET.STORES',
  '$JS.API.DIRECT.GET.STORES',
  '$JS.API.DIRECT.GET.LICENSING',
  '$JS.API.CONSUMER.CREATE.STORES',
];

interface AccountAnswer {
  readonly data: { readonly account_detail: { readonly exports: readonly { readonly subject: string }[] } };
}

interface Health {
  readonly details: { readonly nats: { readonly eventsWaiting: number } };
}

interface PeerJson {
  readonly deviceId: string;
  readonly name: string;
  readonly attention: readonly string[];
}

/** Returns the message if a subscriber could take it for an event. */
function readIfEvent(text: string): { id: string }[] {
  try {
    const value = JSON.parse(text) as Readonly<Record<string, unknown>> | null;
    return value !== null && 'data' in value ? [value as unknown as { id: string }] : [];
  } catch {
    return [];
  }
}

describe('a hub whose broker has the configuration of version 0.1.0', () => {
  it('receives the events of its stores, and reports that they share the account of the registers', async () => {
    const configPath = join(import.meta.dirname, 'fixtures/store-0.1.0.conf');
    const [nats, mock] = await Promise.all([startNats({ configPath }), startMock()]);
    const hub = await startApp({ mock, nats });
    await hub.acquire(mock, 'srv-hub');
    const health = async () => (await hub.as('get', '/health')).body as object;
    await expect.poll(health, patience).toMatchObject({ details: { nats: { status: 'up' } } });
    const store = await startApp({ mock, environment: { HUB_NATS_URL: nats.url } });
    await store.acquire(mock, 'srv-store-1');
    await expect.poll(() => readStream(nats, 'STORES').catch(() => []), patience).toHaveLength(1);
    await expect.poll(health, patience).toMatchObject({
      details: { nats: { status: 'degraded', message: expect.stringContaining('Add the account STORES') } },
    });
    await expect
      .poll(async () => (await hub.as('get', '/api/peers?kind=server')).body as object, patience)
      .toMatchObject({ peers: [{ deviceId: 'srv-store-1', connected: true, status: 'licensed' }] });
    const found = await checkBroker(loadSettings(brokerEnvironment(nats)), true);
    expect(found).toContainEqual(
      expect.objectContaining({
        check: 'stores-account',
        message: expect.stringContaining('no account STORES'),
      }),
    );
    await store.stop();
    await hub.stop();
    await Promise.all([mock.stop(), nats.stop()]);
  });
});
