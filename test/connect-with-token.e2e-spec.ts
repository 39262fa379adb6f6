import {
  connect,
  type ConnectionOptions,
  type NatsConnection,
  tokenAuthenticator,
} from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { PeerPresence } from '../src/messaging/peer-presence.js';
import { PeerDisconnector } from '../src/messaging/peer-disconnector.js';
import { IssuerKeys } from '../src/peers/issuer-keys.js';
import { RevocationList } from '../src/peers/revocation-list.js';
import { makeDeviceKey } from './support/device-key.js';
import { connectAsService, requestAnswer, streamInfo } from './support/read-stream.js';
import { loggedLines } from './support/logged-lines.js';
import { refusalToPublish } from './support/refusal-to-publish.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

const register = 'reg-1-1';
const otherRegister = 'reg-1-2';
const nameService = (name: string) => `svc.licensing.${name}`;
const lastStatus = '$JS.API.DIRECT.GET.LICENSING.license.status';

describe('a connection with a license token', () => {
  let mock: TestMock;
  let nats: TestNats;
  let app: TestApp;
  const key = makeDeviceKey();
  const connections: NatsConnection[] = [];

  beforeAll(async () => {
    [nats, mock] = await Promise.all([startNats(), startMock()]);
    app = await startApp({ mock, nats });
  });

  afterEach(async () => {
    await Promise.all(connections.splice(0).map((connection) => connection.close()));
  });

  afterAll(async () => {
    await app.stop();
    await Promise.all([mock.stop(), nats.stop()]);
  });

  async function open(authToken: string, options: ConnectionOptions = {}): Promise<NatsConnection> {
    const connection = await connect({
      servers: nats.url,
      authenticator: tokenAuthenticator(authToken),
      inboxPrefix: `_INBOX.${register}`,
      reconnect: false,
      ...options,
    });
    connections.push(connection);
    return connection;
  }

  /** Resolves once the service has keys that differ from its present ones. */
  async function refetchKeys(): Promise<void> {
    const { version } = app.app.get(IssuerKeys);
    await app.as('post', '/api/license/refresh').expect(200);
    await expect.poll(() => app.app.get(IssuerKeys).version).toBeGreaterThan(version);
  }

  it('is refused by a server that was never licensed', async () => {
    await expect(open(await mock.issueToken(register))).rejects.toThrow(/authorization violation/i);
  });

  it('is reported in the same line each time the same device is refused, with its id if its signature was good', async () => {
    await app.acquire(mock);
    loggedLines.length = 0;
    const foreign = await mock.issueToken('reg-2-1');
    const forged = `${(await mock.issueToken('reg-1-2')).slice(0, -8)}AAAAAAAA`;
    for (let attempt = 0; attempt < 3; attempt++) {
      for (const token of [foreign, forged]) await expect(open(token)).rejects.toThrow(/authorization/i);
    }
    const lines = loggedLines.map((line) => (JSON.parse(line) as { message: string }).message);
    // The log of a process shows a line that repeats once (src/logging/create-logger.spec.ts).
    const refusals = [...new Set(lines.filter((line) => line.includes(' is refused (')))].toSorted();
    expect(refusals).toEqual([
      expect.stringMatching(/^A client at \S+ is refused \(bad-signature\)/),
      expect.stringMatching(/^Device reg-2-1 at \S+ is refused \(wrong-hub\)/),
    ]);
  });

  it('receives the last status immediately and the next one live, and can request the license view', async () => {
    const connection = await open(await mock.issueToken(register));
    await expect.poll(async () => (await requestAnswer(connection, lastStatus)).headers?.code ?? 0).toBe(0);
    expect((await requestAnswer(connection, lastStatus)).json()).toMatchObject({
      data: { status: 'licensed' },
    });
    const received = (async () => {
      for await (const message of connection.subscribe('license.status', { max: 1 })) return message.json();
      return null;
    })();
    await connection.flush();
    await app.as('post', '/api/license/refresh').expect(200);
    expect(await received).toMatchObject({ data: { reason: 'refreshed' } });
    expect((await requestAnswer(connection, 'svc.licensing.status')).json()).toMatchObject({
      status: 'licensed',
    });
  });

  it('sends its token encrypted from the broker to the service', async () => {
    const { user, password: pass } = nats.calloutUser;
    const callout = await connect({ servers: nats.url, user, pass });
    connections.push(callout);
    const requests = callout.subscribe('$SYS.REQ.USER.AUTH', { max: 1 });
    await callout.flush();
    const token = await mock.issueToken(register);
    await open(token);
    for await (const { data, headers } of requests) {
      expect(headers?.get('Nats-Server-Xkey')).toMatch(/^X/);
      expect(data.length).toBeGreaterThan(token.length);
      expect(Buffer.from(data).toString('latin1')).not.toContain('eyJ');
    }
  });

  it('can request the verification of another token', async () => {
    const connection = await open(await mock.issueToken(register));
    const ask = async (request: unknown) =>
      (await requestAnswer(connection, 'svc.licensing.verify', JSON.stringify(request))).json();
    expect(await ask({ token: await mock.issueToken(otherRegister) })).toMatchObject({
      active: true,
      deviceId: otherRegister,
      kind: 'register',
    });
    expect(await ask({ token: await mock.issueToken('srv-hub') })).toEqual({
      active: false,
      error: 'wrong-hub',
    });
    expect(await ask({ token: 7 })).toEqual({ active: false, error: 'bad-request' });
    expect(await ask(null)).toEqual({ active: false, error: 'bad-request' });
  });

  it('opens with a bound token and a proof whose clock is nine minutes off', async () => {
    const token = await mock.issueToken(register, { dpopJwk: key.publicJwk });
    const iat = Math.floor(Date.now() / 1000) - 9 * 60;
    const connection = await open(key.connectToken(token, 'srv-store-1', { iat }));
    expect((await requestAnswer(connection, lastStatus)).json()).toMatchObject({ type: 'license.status' });
  });

  it('does not open again with the same proof, even after a restart of the service', async () => {
    const token = await mock.issueToken(register, { dpopJwk: key.publicJwk });
    const authToken = key.connectToken(token, 'srv-store-1');
    await open(authToken);
    await expect(open(authToken)).rejects.toThrow(/authorization violation/i);
    await app.close();
    app = await startApp({ mock, nats, dataDir: app.dataDir });
    await expect
      .poll(() =>
        open(key.connectToken(token, 'srv-store-1')).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await expect(open(authToken)).rejects.toThrow(/authorization violation/i);
  });

  it.each<[string, () => Promise<string>]>([
    ['no token', () => Promise.resolve('')],
    ['garbage', () => Promise.resolve('garbage')],
    ['a token of another organization', () => mock.issueToken('reg-corner-1')],
    ['a token of another hub', () => mock.issueToken('reg-2-1')],
    ['a forged signature', async () => `${(await mock.issueToken(register)).slice(0, -10)}AAAAAAAAAA`],
    ['a bound token without a proof', () => mock.issueToken(register, { dpopJwk: key.publicJwk })],
    ['the proof of another key', async () => makeDeviceKey().connectToken(await bound(), 'srv-store-1')],
    ['a proof for another server', async () => key.connectToken(await bound(), 'srv-store-2')],
    ['a proof of another token', async () => key.connectToken(await bound(), 'srv-store-1', { ath: 'x' })],
    ['a proof for HTTP', async () => key.connectToken(await bound(), 'srv-store-1', { htm: 'GET' })],
    ['an old proof', async () => key.connectToken(await bound(), 'srv-store-1', { iat: 1_700_000_000 })],
  ])('does not open with %s', async (_what, make) => {
    await expect(open(await make())).rejects.toThrow(/authorization violation/i);
  });

  const bound = () => mock.issueToken(register, { dpopJwk: key.publicJwk });

  it.each([
    'license.status',
    'token.expiring',
    '$JS.API.STREAM.PURGE.LICENSING',
    '$JS.API.STREAM.DELETE.LICENSING',
    'stores.reg-1-1.license.status',
    'stores.srv-store-2.license.status',
    `_INBOX.${otherRegister}.1`,
    '$SYS.REQ.USER.AUTH',
  ])('may not publish to %s', async (subject) => {
    const connection = await open(await mock.issueToken(register));
    expect(await refusalToPublish(connection, subject)).toMatch(/Permissions Violation for Publish/i);
  });

  it.each([
    '>',
    '_INBOX.>',
    `_INBOX.${otherRegister}.>`,
    'stores.>',
    '$SYS.>',
    '$JS.>',
    'svc.licensing.status',
  ])('may not subscribe to %s', async (subject) => {
    const connection = await open(await mock.issueToken(register));
    const refused = new Promise<unknown>((resolve) => {
      connection.subscribe(subject, { callback: (error) => resolve(error) });
    });
    expect(String(await refused)).toMatch(/Permissions Violation for Subscription/i);
  });

  it.each(['$JS.API.STREAM.PURGE.LICENSING', '$JS.API.STREAM.DELETE.LICENSING', 'license.status'])(
    'changes nothing with the reply subject %s',
    async (reply) => {
      const connection = await open(await mock.issueToken(register));
      const service = await connectAsService(nats);
      connections.push(service);
      const { messages } = (await streamInfo(service)).state;
      for (const request of [lastStatus, ...['status', 'verify', 'status-list'].map(nameService)]) {
        connection.publish(request, '', { reply });
      }
      await connection.flush();
      await requestAnswer(connection, 'svc.licensing.status');
      expect((await streamInfo(service)).state.messages).toBe(messages);
    },
  );

  it('ends when its token expires, and opens again with the next token', async () => {
    const connection = await open(await mock.issueToken(register, { ttlSeconds: 5 }));
    expect(String(await connection.closed())).toMatch(/expired/i);
    await open(await mock.issueToken(register));
  });

  it('stays open while the service is down, when new ones are refused until the service is back', async () => {
    const connection = await open(await mock.issueToken(register));
    const late = await mock.issueToken(otherRegister);
    await app.close();
    expect((await requestAnswer(connection, lastStatus)).json()).toMatchObject({ type: 'license.status' });
    // Not accepted because nobody can refuse them.
    const unknown = [{}, { user: 'licensing', pass: 'wrong' }, { user: 'unknown', pass: 'wrong' }];
    await Promise.all([
      expect(open(late, { timeout: 1000 })).rejects.toThrow(),
      ...unknown.map((login) =>
        expect(connect({ servers: nats.url, reconnect: false, ...login })).rejects.toThrow(
          /authorization|authentication/i,
        ),
      ),
    ]);
    app = await startApp({ mock, nats, dataDir: app.dataDir });
    await expect
      .poll(
        () =>
          open(late).then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
  });

  it('can be opened by a hundred registers concurrently', async () => {
    const devices = [register, otherRegister, 'reg-2-1', 'reg-2-2'];
    for (const id of devices) await mock.control('PATCH', `/mock/devices/${id}`, { hubId: 'srv-store-1' });
    const tokens = await Promise.all(devices.map((id) => mock.issueToken(id)));
    // A device may have 32 connections.
    const opened = await Promise.all(
      Array.from({ length: 100 }, (_, index) => open(tokens[index % tokens.length] ?? '')),
    );
    expect(opened.every((connection) => !connection.isClosed())).toBe(true);
  });

  it('is counted while it is open', async () => {
    const { app: service } = app;
    await expect.poll(() => service.get(PeerPresence).present?.size).toBe(0);
    const connection = await open(await mock.issueToken(register));
    await expect.poll(() => service.get(PeerPresence).present?.size).toBe(1);
    await connection.close();
    await expect.poll(() => service.get(PeerPresence).present?.size).toBe(0);
  });

  it('is closed when the Authorization server has revoked the device', async () => {
    const [revoked, other] = [
      await open(await mock.issueToken(register)),
      await open(await mock.issueToken(otherRegister)),
    ];
    await mock.control('DELETE', `/mock/devices/${register}/authorization`);
    const { version } = app.app.get(RevocationList);
    await app.as('post', '/api/license/refresh').expect(200);
    await expect.poll(() => app.app.get(RevocationList).version).toBeGreaterThan(version);
    await app.app.get(PeerDisconnector).checkNow();
    await revoked.closed();
    expect(other.isClosed()).toBe(false);
  });

  it('is closed when the Authorization server has withdrawn the key of its token, unlike one with the next key', async () => {
    const token = await mock.issueToken(register);
    const connection = await open(token);
    const { kid } = (await mock.control('POST', '/mock/keys/rotate')) as { kid: string };
    await refetchKeys();
    const other = await open(await mock.issueToken(otherRegister));
    const { keys } = (await (await fetch(`${mock.url}/oauth/jwks`)).json()) as { keys: { kid: string }[] };
    const left = keys.filter((one) => one.kid === kid);
    await mock.control('PUT', '/mock/faults', { mode: 'answer', on: '/oauth/jwks', body: { keys: left } });
    onTestFinished(() => mock.control('PUT', '/mock/faults', { mode: 'none' }) as Promise<void>);
    await refetchKeys();
    // The interval of the service does this every second.
    await app.app.get(PeerDisconnector).checkNow();
    await connection.closed();
    expect(other.isClosed()).toBe(false);
    await expect(open(token)).rejects.toThrow(/authorization violation/i);
  });

  it('is closed when the device is revoked after a restart of the service, while another reconnects by itself', async () => {
    const revoked = await open(await mock.issueToken(register));
    const other = await open(await mock.issueToken(otherRegister), {
      inboxPrefix: `_INBOX.${otherRegister}`,
      reconnect: true,
      reconnectTimeWait: 100,
    });
    await app.close();
    app = await startApp({ mock, nats, dataDir: app.dataDir });
    const { app: service } = app;
    await expect.poll(() => service.get(PeerPresence).present?.size).toBe(2);
    await service.get(PeerDisconnector).checkNow();
    expect(revoked.isClosed()).toBe(false);
    const back = (async () => {
      for await (const { type } of other.status()) if (type === 'reconnect') return true;
      return false;
    })();

    await mock.control('DELETE', `/mock/devices/${register}/authorization`);
    const { version } = service.get(RevocationList);
    await app.as('post', '/api/license/refresh').expect(200);
    await expect.poll(() => service.get(RevocationList).version).toBeGreaterThan(version);
    await service.get(PeerDisconnector).checkNow();
    await revoked.closed();
    expect(await back).toBe(true);
    expect((await requestAnswer(other, lastStatus)).json()).toMatchObject({ type: 'license.status' });
  });

  it('stays open when the license of the server is removed, so the register receives the event', async () => {
    const connection = await open(await mock.issueToken(otherRegister));
    const received = (async () => {
      for await (const message of connection.subscribe('license.status', { max: 1 })) return message.json();
      return null;
    })();
    await connection.flush();
    await app.as('delete', '/api/license').expect(204);
    expect(await received).toMatchObject({ data: { status: 'unlicensed', reason: 'removed' } });
    expect(connection.isClosed()).toBe(false);
  });

  it('is closed when the server is licensed as another device', async () => {
    const connection = await open(await mock.issueToken(otherRegister));
    await app.acquire(mock, 'srv-store-2');
    await app.app.get(PeerDisconnector).checkNow();
    await connection.closed();
    await expect(open(await mock.issueToken(otherRegister))).rejects.toThrow(/authorization violation/i);
  });
});
