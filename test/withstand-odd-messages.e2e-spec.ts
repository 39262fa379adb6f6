import { connect, type NatsConnection, tokenAuthenticator } from '@nats-io/transport-node';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { brokerEnvironment } from './support/broker-environment.js';
import { makeDeviceKey } from './support/device-key.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { fuzz, fuzzWithoutGrowth, shareOfCases } from './support/fuzz-run.js';
import { expectNoGrowth, measurable, measureMemory } from './support/measure-memory.js';
import { type MessageTarget, type OddMessage, oddMessage } from './support/odd-messages.js';
import { damaged, oddText } from './support/odd-values.js';
import { refusalToPublish } from './support/refusal-to-publish.js';
import { readStream, requestAnswer } from './support/read-stream.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type NatsUser, type TestNats } from './support/start-nats.js';
import { startProcess, type TestProcess } from './support/start-process.js';

const requests = shareOfCases('S17', 12);
const published = shareOfCases('S17', 12);
const logins = shareOfCases('S17', 2);
const warmUp = shareOfCases(null, 2);
const atOnce = 8;
const answerTimeoutMs = 10_000;
const patience = { timeout: 20_000 };

/** All users of the broker, with the service's own ones. */
const parties = ['register', 'store', 'service', 'callout', 'sys'] as const;
type Party = (typeof parties)[number];

describe('the service under odd messages', () => {
  let mock: TestMock;
  let nats: TestNats;
  let service: TestProcess;
  let registerToken: string;
  /** An event of the hub about itself, in the form that a store server sends. */
  let storeEvent: { sequence: string; data: object };
  const connections = new Map<Party, NatsConnection>();

  beforeAll(async () => {
    await ensureBuilt();
    [mock, nats] = await Promise.all([startMock(), startNats()]);
    service = await startProcess({ mock, nats, environment: { ...brokerEnvironment(nats), ...measurable } });
    await service.acquire({ approve: (userCode) => mock.approve(userCode, 'srv-hub') });
    // This server is the hub of the register.
    await mock.control('PATCH', '/mock/devices/reg-1-1', { hubId: 'srv-hub' });
    registerToken = await mock.issueToken('reg-1-1');
    const [first] = await vi.waitUntil(async () => {
      const all = await readStream(nats).catch(() => []);
      return all.length > 0 && all;
    }, patience);
    const data = { ...first?.event.data, serverId: 'srv-store-1' };
    storeEvent = { ...first!.event, source: '/servers/srv-store-1', subject: 'srv-store-1', data } as never;
    const users: [Party, NatsUser][] = [
      ['register', nats.registerUser],
      ['service', nats.serviceUser],
      ['callout', nats.calloutUser],
      ['sys', nats.sysUser],
    ];
    for (const [party, { user, password: pass }] of users) {
      const inboxPrefix = party === 'register' ? '_INBOX.register' : '_INBOX.odd';
      connections.set(party, await connect({ servers: nats.url, user, pass, inboxPrefix }));
    }
    connections.set('store', await logIn(await mock.issueToken('srv-store-1'), 'srv-store-1'));
  }, buildTimeoutMs);

  afterAll(async () => {
    await Promise.all([...connections.values()].map((connection) => connection.close()));
    await service.remove();
    await Promise.all([mock.stop(), nats.stop()]);
  });

  function logIn(authToken: string, id: string): Promise<NatsConnection> {
    const authenticator = tokenAuthenticator(authToken);
    return connect({ servers: nats.url, authenticator, inboxPrefix: `_INBOX.${id}`, reconnect: false });
  }

  function connectionOf(party: Party): NatsConnection {
    const connection = connections.get(party);
    if (connection === undefined) throw new Error(`${party} is not connected`);
    return connection;
  }

  async function expectAnswer({ party, subject, data, headers }: OddMessage<Party>): Promise<void> {
    const options = { timeout: answerTimeoutMs, ...(headers && { headers }) };
    const answer = (await connectionOf(party).request(subject, data, options)).json<
      Record<string, unknown>
    >();
    const shown = JSON.stringify({ subject, sent: new TextDecoder().decode(data).slice(0, 1000), answer });
    if (subject === 'svc.licensing.status') expect(answer['serverId'], shown).toBe('srv-hub');
    else if (subject === 'svc.licensing.status-list')
      expect(Object.keys(answer), shown).toEqual(['uri', 'jwt']);
    else if (answer['active'] === true) {
      const { token } = JSON.parse(new TextDecoder().decode(data)) as { token: unknown };
      expect(token, shown).toBe(registerToken);
    } else expect(answer, shown).toMatchObject({ active: false, error: expect.stringMatching(/^[a-z-]+$/) });
  }

  /** Checks that the service works. */
  async function expectInOrder(): Promise<void> {
    expect(await service.view()).toMatchObject({ status: 'licensed', serverId: 'srv-hub' });
    const peer = await logIn(registerToken, 'reg-1-1');
    expect((await requestAnswer(peer, 'svc.licensing.status')).json()).toMatchObject({ serverId: 'srv-hub' });
    await peer.close();
    await expect
      .poll(async () => (await service.as('GET', '/health')).json(), patience)
      .toMatchObject({ status: 'ok' });
  }

  it(
    'answers each request, whatever its content and its sender',
    async () => {
      const asking: Party[] = ['register', 'store', 'service'];
      const good = { token: registerToken, htm: 'GET', htu: 'https://store.example/', proof: 'a.b.c' };
      const targets = asking.flatMap((party): MessageTarget<Party>[] => [
        { party, subject: 'svc.licensing.verify', good },
        { party, subject: 'svc.licensing.verify', good: { token: registerToken } },
        { party, subject: 'svc.licensing.status', good: {} },
        // The broker's own user for registers has no permission for it.
        ...(party === 'register' ? [] : [{ party, subject: 'svc.licensing.status-list', good: {} }]),
      ]);
      const odd = () => oddMessage(targets);
      await fuzzWithoutGrowth(service, 'odd requests at the broker', requests, odd, expectAnswer, atOnce);
      await expectInOrder();
      expect(service.output()).not.toContain('could not be answered');
    },
    requests.timeoutMs,
  );

  it(
    'keeps working after odd messages on every subject that it reads, and then accepts a good one',
    async () => {
      const advisory = { server: { id: 'N' }, client: { id: 7, user: 'reg-1-1', issuer_key: 'A' } };
      const targets: MessageTarget<Party>[] = [
        { party: 'store', subject: 'stores.srv-store-1.license.status', good: storeEvent },
        { party: 'store', subject: 'stores.srv-store-1.token.expiring', good: storeEvent },
        { party: 'service', subject: 'stores.srv-nobody.license.status', good: storeEvent },
        { party: 'service', subject: 'stores.__proto__.license.status', good: storeEvent },
        { party: 'sys', subject: '$SYS.ACCOUNT.REG.CONNECT', good: advisory },
        { party: 'sys', subject: '$SYS.ACCOUNT.REG.DISCONNECT', good: advisory },
      ];
      const publish = ({ party, subject, data, headers }: OddMessage<Party>) =>
        connectionOf(party).publish(subject, data, {
          reply: '_INBOX.odd.nobody',
          ...(headers && { headers }),
        });
      const publishAll = async (share: typeof published, what: string) => {
        await fuzz(what, share, oddMessage(targets), publish, atOnce);
        for (const connection of connections.values()) await connection.flush();
        await expectStoreReported();
      };
      await publishAll(warmUp, 'odd messages, to warm up');
      const held = await measureMemory(service);
      await publishAll(published, 'odd messages');
      expectNoGrowth(held, await measureMemory(service), published.cases);
      await expectInOrder();
      expect(service.output()).not.toMatch(/reader closed|Connection to the broker .* lost/);
    },
    published.timeoutMs,
  );

  const listPeers = async () => (await service.as('GET', '/api/peers?limit=200')).text();
  let reported = 0;
  /** Publishes a valid event of another store server after the odd ones, and waits for its effect. */
  async function expectStoreReported(): Promise<void> {
    reported += 1;
    const serverId = 'srv-store-2';
    const serverName = `Reported ${reported} times`;
    const data = { ...storeEvent.data, serverId, serverName };
    const sequence = String(Number(storeEvent.sequence) + reported).padStart(16, '0');
    const event = { ...storeEvent, id: serverName, source: `/servers/${serverId}`, sequence, data };
    await connectionOf('service').request(`stores.${serverId}.license.status`, JSON.stringify(event), {
      timeout: answerTimeoutMs,
    });
    await expect.poll(listPeers, patience).toContain(serverName);
  }

  it('receives authorization requests only from the broker', async () => {
    const refusal = await refusalToPublish(connectionOf('callout'), '$SYS.REQ.USER.AUTH');
    expect(refusal).toMatch(/Permissions Violation for Publish/i);
  });

  it(
    'refuses each odd login, and accepts a correct one immediately afterwards',
    async () => {
      const key = makeDeviceKey();
      const bound = await mock.issueToken('reg-1-1', { dpopJwk: key.publicJwk });
      const good = key.connectToken(bound, 'srv-hub');
      const held = await measureMemory(service);
      const texts = fc.oneof(damaged(good), damaged(registerToken), oddText(200), fc.constant(`${bound}~`));
      const odd = texts.map((text) => text.slice(0, 10_000)).filter((text) => text !== good);
      await fuzz(
        'odd logins',
        logins,
        odd,
        (authToken) => expectRefused(authToken, [good, registerToken]),
        4,
      );
      expectNoGrowth(held, await measureMemory(service), logins.cases);
      await (await logIn(good, 'reg-1-1')).close();
      await expectInOrder();
    },
    logins.timeoutMs,
  );

  async function expectRefused(authToken: string, good: readonly string[]): Promise<void> {
    const attempt = logIn(authToken, 'reg-1-1');
    const outcome = await attempt.then(
      (connection) => connection.close().then(() => 'accepted'),
      (error: Error) => error.message,
    );
    // A register may send additional data after its token.
    const isGood = good.includes(authToken);
    expect(outcome, authToken.slice(-200)).toMatch(isGood ? /accepted/ : /authorization violation/i);
  }
});
