import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findBroker } from '../client/src/find-broker.js';
import { createDevice, type Device } from '../client/src/index.js';
import { fetchWithoutInterval } from '../client/test/support/fetch-without-interval.js';
import { MemoryStorage } from '../client/test/support/memory-storage.js';
import { RecordedFollower } from '../client/test/support/record-license.js';
import { FakeClock } from './support/fake-clock.js';
import { startKeycloak } from './support/strangers/keycloak.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

describe('a register with the client library', () => {
  let mock: TestMock;
  let nats: TestNats;
  let app: TestApp;
  let device: Device;
  const followers: RecordedFollower[] = [];

  beforeAll(async () => {
    [nats, mock] = await Promise.all([startNats(), startMock()]);
    app = await startApp({ mock, nats });
    device = await authorize('reg-1-1');
  });
  afterEach(async () => {
    await Promise.all(followers.splice(0).map(({ follower }) => follower.close()));
  });
  afterAll(async () => {
    await device.stop();
    await app.stop();
    await Promise.all([mock.stop(), nats.stop()]);
  });

  async function authorize(deviceId: string): Promise<Device> {
    const storage = new MemoryStorage();
    const made = await createDevice({ authServerUrl: mock.url, clientId: 'pos-register', storage });
    await made.authorize(({ userCode }) => mock.approve(userCode, deviceId));
    return made;
  }

  function follow(): RecordedFollower {
    const recorded = new RecordedFollower({ device, serverUrl: app.url });
    followers.push(recorded);
    return recorded;
  }

  it('is refused by an unlicensed server, and follows it as soon as it is licensed', async () => {
    await expect(findBroker(app.url, device)).rejects.toMatchObject({ code: 'server-refused' });
    const register = follow();
    const { change } = await register.seenState('disconnected');
    expect(change).toMatchObject({ reason: expect.stringContaining('server-unlicensed') as string });

    await app.acquire(mock);
    await register.seenState('connected');
    const { event } = await register.seen('event');
    expect(event).toMatchObject({ source: '/servers/srv-store-1', data: { status: 'licensed' } });
    expect(register.follower.standing()).toMatchObject({ isLicensed: true });
  });

  it('receives the next status live, and reconnects with a new proof after the broker was killed', async () => {
    const register = follow();
    await register.seen('caught-up');
    await app.as('post', '/api/license/refresh').expect(200);
    await register.seen('event', ({ delivery }) => delivery.kind === 'live');
    const callsBefore = register.calls.length;
    await nats.kill();
    await register.seenState('disconnected', callsBefore);
    await nats.restart();
    await register.seen('caught-up', () => true, callsBefore);
  });

  it('has the server verify the tokens of other devices, with their proofs', async () => {
    const colleague = await authorize('reg-1-2');
    const register = follow();
    await register.seen('caught-up');
    const ask = { token: colleague.token, htm: 'POST', htu: 'https://10.0.0.7/orders' };
    const prove = (nonce?: string) => colleague.proofForHttp({ method: ask.htm, url: ask.htu, nonce }) ?? '';

    // The service can be later than the register at the restarted broker.
    const first = await vi.waitFor(() => register.follower.verify({ ...ask, proof: prove() }), {
      timeout: 20_000,
    });
    expect(first).toMatchObject({ active: false, error: 'nonce-required' });
    const nonce = 'nonce' in first ? first.nonce : undefined;
    expect(await register.follower.verify({ ...ask, proof: prove(nonce) })).toMatchObject({
      active: true,
      deviceId: 'reg-1-2',
      kind: 'register',
      features: ['register'],
    });
    expect(await register.follower.verify(colleague.token)).toMatchObject({ active: false });
    await colleague.stop();
  });
});

describe('a register at an Authorization server that behaves like Keycloak', () => {
  const organization = { id: 'org-9', name: 'Strangers' };
  const server = {
    id: 'srv-12',
    name: 'Store 12',
    kind: 'server',
    url: null,
    organization,
    hub: null,
  } as const;
  const hub = { id: server.id, name: server.name, url: 'https://store-12.example' };
  const till = { ...server, id: 'reg-7', name: 'Till 7', kind: 'register', hub } as const;

  it('acquires a token by its profile, connects to the broker, and reads its standing', async () => {
    const clock = new FakeClock();
    const [nats, stranger] = await Promise.all([startNats(), startKeycloak({ now: () => clock.now() })]);
    const environment = { AUTH_SERVER_URL: stranger.issuer, AUTH_SERVER_PROFILE: 'keycloak' };
    const app = await startApp({ nats, clock, environment });
    const device = await createDevice({
      authServerUrl: stranger.issuer,
      clientId: 'pos-register',
      profile: 'keycloak',
      storage: new MemoryStorage(),
      fetch: fetchWithoutInterval,
    });
    const register = new RecordedFollower({ device, serverUrl: app.url });
    try {
      await app.acquire({ approve: async (userCode) => stranger.approve(userCode, server) });
      await device.authorize(({ userCode }) => stranger.approve(userCode, till));
      await register.seen('event');
      expect(register.follower.standing(clock.now())).toMatchObject({ isLicensed: true, reason: 'licensed' });
      expect(register.follower.current()).toMatchObject({ serverId: 'srv-12', organization });
      const answer = await register.follower.verify(device.token);
      // The token is bound to the key of the register, and no proof is sent with it.
      expect(answer).toMatchObject({ active: false, error: 'proof-missing' });
    } finally {
      await Promise.all([register.follower.close(), device.stop()]);
      await app.stop();
      await Promise.all([stranger.stop(), nats.stop()]);
    }
  });
});
