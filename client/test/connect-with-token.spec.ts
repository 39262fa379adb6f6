import { generateKeyPair, exportJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createConnectionOptions } from '../src/index.js';
import { startMock, type TestMock } from '../../test/support/start-mock.js';
import { FakeBroker } from './support/fake-broker.js';
import { FakeServer } from './support/fake-server.js';
import { readProof } from './support/read-proof.js';
import { RecordedFollower, type RecordedOptions } from './support/record-license.js';
import { TestDevice } from './support/start-device.js';

let mock: TestMock;
beforeAll(async () => {
  mock = await startMock();
});
afterAll(() => mock.stop());

async function startBroker(...manners: Parameters<typeof FakeBroker.start>): Promise<FakeBroker> {
  const broker = await FakeBroker.start(...manners);
  onTestFinished(() => broker.close());
  return broker;
}

async function startServer(answer: FakeServer['answer']): Promise<FakeServer> {
  const server = await FakeServer.start(answer);
  onTestFinished(() => server.close());
  return server;
}

async function startDevice(deviceId?: string): Promise<TestDevice> {
  const started = await TestDevice.start(mock);
  onTestFinished(() => started.device.stop());
  await started.authorize(mock, deviceId);
  return started;
}

function follow(options: RecordedOptions): RecordedFollower {
  const recorded = new RecordedFollower(options);
  onTestFinished(() => recorded.follower.close());
  return recorded;
}

function presentedTo(broker: FakeBroker): [token: string, proof: string][] {
  return broker.connects.map(({ auth_token: presented }) => {
    const [token = '', proof = ''] = String(presented).split('~');
    return [token, proof];
  });
}

describe('a device that connects to a broker', () => {
  it('sends its token with a new proof for the hub in the token, at each connection', async () => {
    const broker = await startBroker({
      answerConnect: (_presented, count) => (count === 2 || count === 3 ? 'Authorization Violation' : null),
    });
    const { device } = await startDevice();
    const register = follow({ device, natsUrl: broker.url });
    await register.seenState('connected');
    const callsBefore = register.calls.length;
    broker.dropConnections();
    await register.seenState('connected', callsBefore);

    const presented = presentedTo(broker);
    expect(presented).toHaveLength(4);
    expect(presented.map(([token]) => token)).toEqual(Array(4).fill(device.token));
    const proofs = await Promise.all(presented.map(([token, proof]) => readProof(proof, token)));
    for (const { htm, htu, iat } of proofs) {
      expect({ htm, htu }).toEqual({ htm: 'CONNECT', htu: 'nats://srv-store-1' });
      expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(30);
    }
    expect(new Set(proofs.map(({ jti }) => jti)).size).toBe(4);
    expect(broker.commands).toContainEqual(expect.stringMatching(/^SUB _INBOX\.reg-1-1\./));
  });

  it('sends the new token from the first connection after a refresh on', async () => {
    const broker = await startBroker({});
    const { device } = await startDevice();
    const register = follow({ device, natsUrl: broker.url });
    await register.seenState('connected');
    await device.refresh();
    const callsBefore = register.calls.length;
    broker.dropConnections();
    await register.seenState('connected', callsBefore);
    const [first, second] = presentedTo(broker);
    expect(second?.[0]).toBe(device.token);
    expect(second?.[0]).not.toBe(first?.[0]);
  });

  it('creates its proofs for the server in the serverId option', async () => {
    const { device } = await startDevice();
    const { authenticator } = createConnectionOptions({
      device,
      natsUrl: 'nats://127.0.0.1:1',
      serverId: 'srv-other',
    });
    const { auth_token: presented } = (authenticator as () => { auth_token: string })();
    const [token = '', proof = ''] = presented.split('~');
    expect(await readProof(proof, token)).toMatchObject({ htu: 'nats://srv-other' });
  });

  it('connects once it is authorized', async () => {
    const broker = await startBroker({});
    const started = await TestDevice.start(mock);
    onTestFinished(() => started.device.stop());
    const register = follow({ device: started.device, natsUrl: broker.url });
    const { change } = await register.seenState('disconnected');
    expect(change).toMatchObject({ reason: expect.stringContaining('no license token') as string });
    expect(register.follower.standing()).toMatchObject({ isLicensed: false });
    await started.authorize(mock, 'reg-1-2');
    await register.seenState('connected');
    expect(broker.connects[0]).toMatchObject({ name: 'reg-1-2' });
  });

  it('reconnects to the new hub after the hub changes at the Authorization server', async () => {
    const broker = await startBroker({});
    const { device } = await startDevice('reg-2-2');
    const register = follow({ device, natsUrl: broker.url });
    await register.seenState('connected');
    await mock.control('PATCH', '/mock/devices/reg-2-2', { hubId: 'srv-store-1' });
    await device.refresh();
    const connectsBefore = broker.connects.length;
    broker.dropConnections();
    await broker.seenConnects(connectsBefore + 2);
    const [token, proof] = presentedTo(broker).at(-1) ?? ['', ''];
    expect(await readProof(proof, token)).toMatchObject({ htu: 'nats://srv-store-1' });
  });

  it('connects with a token and a key from the options', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const token = await mock.issueToken('reg-1-1', { dpopJwk: await exportJWK(publicKey) });
    const broker = await startBroker({});
    const register = follow({
      token: () => token,
      dpopKey: await exportJWK(privateKey),
      natsUrl: broker.url,
    });
    await register.seenState('connected');
    const [[, proof] = ['', '']] = presentedTo(broker);
    expect(await readProof(proof, token)).toMatchObject({ htu: 'nats://srv-store-1' });
    expect(broker.connects[0]).toMatchObject({ name: 'reg-1-1' });
  });

  it('rejects a dpopKey that is not an EC key', () => {
    const credentials = { deviceId: 'reg-1-1', token: 'aaa', dpopKey: { kty: 'oct', k: 'AAAA' } };
    expect(() => createConnectionOptions({ ...credentials, natsUrl: 'nats://127.0.0.1' })).toThrow(
      /^dpopKey: /,
    );
  });
});

describe('a device that requests the broker address from its server', () => {
  it('sends its token and a proof for the request, and adds the nonce that the server requires', async () => {
    const broker = await startBroker({});
    const server = await startServer((_request, response) => {
      const isFirst = server.requests.length === 1;
      response.writeHead(isFirst ? 401 : 200, isFirst ? { 'dpop-nonce': 'nonce-1' } : {});
      response.end(isFirst ? '' : JSON.stringify({ deviceId: 'reg-1-1', natsUrl: broker.url }));
    });
    const { device } = await startDevice();
    const register = follow({ device, serverUrl: server.url });
    await register.seenState('connected');

    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array(2).fill('GET /api/peers/me'),
    );
    const proofs = await Promise.all(
      server.requests.map(({ headers }) => readProof(String(headers['dpop']), device.token)),
    );
    expect(server.requests[0]?.headers.authorization).toBe(`DPoP ${device.token}`);
    expect(proofs).toMatchObject([
      { htm: 'GET', htu: `${server.url}/api/peers/me`, nonce: undefined },
      { htm: 'GET', htu: `${server.url}/api/peers/me`, nonce: 'nonce-1' },
    ]);
    expect(proofs[0]?.jti).not.toBe(proofs[1]?.jti);
  });

  it('finds the server by the hub URL in its token', async () => {
    const broker = await startBroker({});
    const server = await startServer((_request, response) => {
      response.end(JSON.stringify({ natsUrl: broker.url }));
    });
    await mock.control('PATCH', '/mock/devices/srv-store-2', { url: `${server.url}/licensing` });
    const { device } = await startDevice('reg-2-1');
    await follow({ device }).seenState('connected');
    expect(server.requests[0]?.url).toBe('/licensing/api/peers/me');
  });

  it('uses the time of the server in its proofs', async () => {
    const broker = await startBroker({});
    const server = await startServer((_request, response) => {
      response.setHeader('date', new Date(Date.now() - 7_200_000).toUTCString());
      response.end(JSON.stringify({ natsUrl: broker.url }));
    });
    const { device } = await startDevice();
    await follow({ device, serverUrl: server.url }).seenState('connected');
    const [[token, proof] = ['', '']] = presentedTo(broker);
    const { iat } = await readProof(proof, token);
    expect(Math.abs(iat - (Date.now() / 1000 - 7_200))).toBeLessThan(30);
  });

  it('retries until the server accepts it, and reports the reason of each refusal', async () => {
    const broker = await startBroker({});
    const server = await startServer((_request, response) => {
      const isRefused = server.requests.length < 3;
      response.writeHead(isRefused ? 403 : 200, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify(isRefused ? { code: 'server-unlicensed' } : { natsUrl: broker.url }));
    });
    const { device } = await startDevice();
    const register = follow({ device, serverUrl: server.url });
    const { change } = await register.seenState('disconnected');
    expect(change).toMatchObject({ reason: 'The server refused the device: server-unlicensed.' });
    await register.seenState('connected');
  });

  it('uses the last known broker address when the server does not answer', async () => {
    const broker = await startBroker({
      answerSubscribe: (subject) =>
        subject === 'license.status' && broker.connects.length === 1
          ? `Permissions Violation for Subscription to "${subject}"`
          : null,
    });
    const server = await startServer((_request, response) => {
      if (server.requests.length > 1) response.destroy();
      else response.end(JSON.stringify({ natsUrl: broker.url }));
    });
    const { device } = await startDevice();
    follow({ device, serverUrl: server.url });
    await broker.seenConnects(2);
    expect(server.requests.length).toBeGreaterThan(1);
  });

  it.each([
    ['{}', /reported no broker address/],
    ['<html>', /reported no broker address/],
  ])('reports a missing broker address in the answer %s', async (answer, reason) => {
    const server = await startServer((_request, response) => response.end(answer));
    const { device } = await startDevice();
    const { change } = await follow({ device, serverUrl: server.url }).seenState('disconnected');
    expect(change).toMatchObject({ reason: expect.stringMatching(reason) as string });
  });

  it('does not send its token to the target of a redirect', async () => {
    const other = await startServer((_request, response) => response.end('{}'));
    const server = await startServer((_request, response) => {
      response.writeHead(307, { location: other.url }).end();
    });
    const { device } = await startDevice();
    await follow({ device, serverUrl: server.url }).seenState('disconnected');
    expect(other.requests).toEqual([]);
  });

  it('rejects a serverUrl that is not an HTTP URL', async () => {
    const { device } = await startDevice();
    expect(() => new RecordedFollower({ device, serverUrl: 'nats://10.0.0.2' })).toThrow(
      /^serverUrl: expected/,
    );
  });
});
