import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectAsService, requestAnswer, streamInfo } from './support/read-stream.js';
import { connectRegister, type TestRegister } from './support/register-connection.js';
import { RawRegister } from './support/raw-register.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

const directGet = '$JS.API.DIRECT.GET.LICENSING.license.status';
const forged = JSON.stringify({ specversion: '1.0', id: 'forged', type: 'license.status', data: {} });

/** All requests that a register may send. NATS does not check the reply subject of a request. */
const allowedRequests = [
  directGet,
  '$JS.API.DIRECT.GET.LICENSING.token.expiring',
  'svc.licensing.status',
  'svc.licensing.verify',
];
const harmfulReplies = [
  '$JS.API.STREAM.PURGE.LICENSING',
  '$JS.API.STREAM.DELETE.LICENSING',
  '$JS.API.STREAM.UPDATE.LICENSING',
  'license.status',
  'token.expiring',
];

describe('a rogue register', () => {
  let nats: TestNats;
  let mock: TestMock;
  let app: TestApp;
  let rogue: NatsConnection;
  let honest: TestRegister;
  let service: NatsConnection;
  const refusals: string[] = [];

  beforeAll(async () => {
    nats = await startNats();
    mock = await startMock();
    app = await startApp({ mock, nats });
    honest = await connectRegister(nats);
    await app.acquire(mock);
    await app.as('post', '/api/license/refresh').expect(200);
    await honest.until(({ event }) => event.data['reason'] === 'refreshed');
    service = await connectAsService(nats);
    await vi.waitFor(async () => expect((await streamInfo(service)).state.messages).toBe(2), 10_000);
    rogue = await connect({
      servers: nats.url,
      user: nats.registerUser.user,
      pass: nats.registerUser.password,
      inboxPrefix: '_INBOX.register',
    });
    void watchRefusals();
  });

  afterAll(async () => {
    await Promise.all([rogue.close(), honest.close(), service.close()]);
    await app.stop();
    await mock.stop();
    await nats.stop();
  });

  async function watchRefusals(): Promise<void> {
    for await (const status of rogue.status()) {
      if (status.type === 'error') refusals.push(status.error.message);
    }
  }

  /** Returns what a register could damage: the stream, its messages, and what others read from it. */
  async function lookAtStream() {
    // These requests follow the attack on the same paths: once they are answered, the attack is processed, too.
    await requestAnswer(rogue, directGet);
    await requestAnswer(rogue, 'svc.licensing.status');
    const { state, config } = await streamInfo(service);
    return { state, config, last: await honest.last('license.status') };
  }

  it.each([
    'license.status',
    'token.expiring',
    '$JS.API.STREAM.PURGE.LICENSING',
    '$JS.API.STREAM.DELETE.LICENSING',
    '$JS.API.STREAM.UPDATE.LICENSING',
    '$JS.API.STREAM.MSG.GET.LICENSING',
    '$JS.API.STREAM.MSG.DELETE.LICENSING',
    '$JS.API.STREAM.CREATE.MINE',
    '$JS.API.CONSUMER.CREATE.LICENSING',
    '$JS.API.INFO',
    '_INBOX.register.guessed',
    '$SYS.REQ.SERVER.PING',
    'svc.licensing.other',
  ])('may not publish to %s', async (subject) => {
    const before = await lookAtStream();
    refusals.length = 0;
    rogue.publish(subject, forged);
    await rogue.flush();
    await expect.poll(() => refusals).toEqual([expect.stringMatching(/Permissions Violation for Publish/i)]);
    expect(await lookAtStream()).toEqual(before);
  });

  it.each([
    '>',
    '*',
    'license.>',
    '_INBOX.>',
    '_INBOX.*.>',
    '$JS.>',
    '$SYS.>',
    'svc.licensing.status',
    'svc.>',
  ])('may not subscribe to %s', async (subject) => {
    const refused = new Promise<Error | null>((resolve) => {
      rogue.subscribe(subject, { callback: (error) => resolve(error) });
    });
    expect(String(await refused)).toMatch(/Permissions Violation for Subscription/i);
  });

  it.each(harmfulReplies.flatMap((reply) => allowedRequests.map((request) => [reply, request] as const)))(
    'changes nothing with %s as the reply subject of %s',
    async (reply, request) => {
      const before = await lookAtStream();
      rogue.publish(request, '', { reply });
      await rogue.flush();
      expect(await lookAtStream()).toEqual(before);
    },
  );

  it('is disconnected after a message of more than 64 KB', async () => {
    const raw = await RawRegister.connect(nats, []);
    raw.send(`PUB svc.licensing.status _INBOX.register.1 65537`, 'x'.repeat(65_537));
    expect(await raw.ended()).toContain("-ERR 'Maximum Payload Violation'");
  });

  it('has at most 64 subscriptions', async () => {
    const raw = await RawRegister.connect(nats, Array<string>(64).fill('license.status'));
    raw.send('SUB license.status 65');
    await raw.ping();
    expect(raw.errors).toEqual([expect.stringMatching(/maximum subscriptions exceeded/i)]);
    raw.close();
  });

  it('has delivered nothing to the other registers', () => {
    expect(new Set(honest.events.map(({ event }) => event.data['reason']))).toEqual(
      new Set(['acquired', 'refreshed']),
    );
    expect(new Set(honest.events.map(({ event }) => event.id)).size).toBe(2);
  });

  it.each([
    ['no credentials', {}],
    ['a wrong password', { user: 'register', pass: 'wrong' }],
    ['the name of the service', { user: 'licensing', pass: '' }],
  ])('is not admitted with %s', async (_what, credentials) => {
    await expect(connect({ servers: nats.url, reconnect: false, ...credentials })).rejects.toThrow(
      /authorization violation/i,
    );
  });

  it('could purge the stream from the account of the service, which is why registers have their own account', async () => {
    service.publish(directGet, '', { reply: '$JS.API.STREAM.PURGE.LICENSING' });
    await expect.poll(async () => (await streamInfo(service)).state.messages).toBe(0);
  });
});
