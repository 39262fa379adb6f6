import { afterEach, describe, expect, it } from 'vitest';
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import {
  type FakeAuthorizationServer,
  startFakeAuthorizationServer,
} from './support/fake-authorization-server.js';
import { FakeClock } from './support/fake-clock.js';
import { holdScheduler } from './support/hold-scheduler.js';
import { hourMs, minuteMs } from './support/license-fixture.js';
import { nameWaitingEvents } from './support/read-outbox.js';
import { startApp, type TestApp } from './support/start-app.js';
import { refreshPath, startLicensedStore, tokenPath, type TestStore } from './support/start-store.js';

const authorization = '/api/license/authorization';
const complete = '/api/license/authorization/complete';

async function thumbprint({ d: _private, ...publicKey }: JWK): Promise<string> {
  return calculateJwkThumbprint(publicKey);
}

describe('a license token', () => {
  let store: TestStore;

  afterEach(() => store.stop());

  /** Sends a refresh token the way a thief would. */
  async function sendStolen(refreshToken: string, proof?: string) {
    const response = await fetch(store.mock.url + tokenPath, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: 'pos-server',
        refresh_token: refreshToken,
      }),
      ...(proof && { headers: { dpop: proof } }),
    });
    const nonce = response.headers.get('dpop-nonce') ?? '';
    return { status: response.status, nonce, body: (await response.json()) as Record<string, unknown> };
  }

  /** Returns a DPoP proof that is correct except for its key. */
  async function proveWithOtherKey(nonce: string): Promise<string> {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    return new SignJWT({
      htm: 'POST',
      htu: store.mock.url + tokenPath,
      jti: crypto.randomUUID(),
      iat: Math.floor(Date.now() / 1000),
      nonce,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
      .sign(privateKey);
  }

  it('is bound to the same key of this server over refreshes and restarts', async () => {
    store = await startLicensedStore();
    const jkt = await thumbprint(store.secrets?.dpopKey as JWK);
    for (let round = 1; round <= 3; round++) {
      expect(store.claims()).toMatchObject({ cnf: { jkt } });
      await store.restart();
      await store.refreshWhenDue();
    }
    expect(store.refreshes).toHaveLength(3);
    for (const { body } of store.refreshes) {
      const answer = JSON.parse(body) as { token_type: string; access_token: string };
      expect(answer.token_type).toBe('DPoP');
      expect(decodeJwt(answer.access_token)).toMatchObject({ cnf: { jkt } });
    }
  });

  it('gets a new key with each acquisition', async () => {
    store = await startLicensedStore();
    const first = await thumbprint(store.secrets?.dpopKey as JWK);
    await store.app.as('delete', '/api/license').expect(204);
    await store.app.acquire(store.mock);
    expect(await thumbprint(store.secrets?.dpopKey as JWK)).not.toBe(first);
  });

  it('cannot be refreshed by a thief of the refresh token, whose attempts do not harm its owner', async () => {
    store = await startLicensedStore();
    const refreshToken = store.secrets?.refreshToken ?? '';
    const bare = await sendStolen(refreshToken);
    expect(bare).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(bare.body['error_description']).toMatch(/bound to a DPoP key/);
    const foreign = await sendStolen(refreshToken, await proveWithOtherKey(bare.nonce));
    expect(foreign).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(foreign.body['error_description']).toMatch(/bound to a DPoP key/);

    await store.app.as('post', refreshPath).expect(200);
    expect(await store.app.view()).toMatchObject({ status: 'licensed', reason: 'refreshed' });
  });

  it('is requested with a new proof each time', async () => {
    store = await startLicensedStore();
    for (let round = 1; round <= 3; round++) await store.app.as('post', refreshPath).expect(200);
    const refused = store.proxy.exchanges.filter(({ body }) => body.includes('invalid_dpop_proof'));
    expect(refused).toEqual([]);
  });

  it('is refreshed even after every nonce has expired', async () => {
    store = await startLicensedStore();
    for (let round = 1; round <= 3; round++) {
      store.clock.advance(20 * minuteMs);
      await store.app.as('post', refreshPath).expect(200);
    }
    const challenges = store.proxy.exchanges.filter(({ body }) => body.includes('use_dpop_nonce'));
    expect(challenges.length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    { dpop: 'on' as const, tokenType: 'DPoP' },
    { dpop: 'off' as const, tokenType: 'Bearer' },
  ])('has the type that the Authorization server offers (DPOP=$dpop)', async ({ dpop, tokenType }) => {
    store = await startLicensedStore({ mock: { dpop } });
    await store.app.as('post', refreshPath).expect(200);
    const [refreshed] = store.refreshes.map(({ body }) => JSON.parse(body) as { token_type: string });
    expect(refreshed?.token_type).toBe(tokenType);
    expect(store.secrets?.dpopKey === null).toBe(tokenType === 'Bearer');
  });
});

describe('a clock that is an hour off', () => {
  let store: TestStore;

  afterEach(() => store.stop());

  it.each([-1, 1])(
    'does not prevent an acquisition or a refresh if it is that of this server (%i h)',
    async (hours) => {
      store = await startLicensedStore({ aheadMs: hours * hourMs });
      expect(await store.app.view()).toMatchObject({ status: 'licensed', token: { status: 'valid' } });
      for (let round = 1; round <= 2; round++) await store.refreshWhenDue();
      expect(store.refreshes).toHaveLength(2);
      expect(await store.app.view()).toMatchObject({ status: 'licensed', token: { status: 'valid' } });
    },
  );

  it.each([-3600, 3600])(
    'does not prevent a refresh if it is that of the Authorization server (%i s)',
    async (skewSeconds) => {
      store = await startLicensedStore();
      await store.setFault('clock-skew', { skewSeconds });
      await store.refreshWhenDue();
      expect(await store.app.view()).toMatchObject({
        status: 'licensed',
        reason: 'refreshed',
        token: { status: 'valid' },
        connection: { online: true },
      });
      const issuedAtMs = Number(store.claims()['iat']) * 1000;
      expect(issuedAtMs).toBe(Math.floor(store.clock.now().getTime() / 1000) * 1000 + skewSeconds * 1000);
      await store.setFault('none');
      await store.app.as('post', refreshPath).expect(200);
    },
  );
});

describe('an Authorization server that offers DPoP and then returns a bearer token', () => {
  let fake: FakeAuthorizationServer;
  let app: TestApp;

  async function start(): Promise<FakeClock> {
    fake = await startFakeAuthorizationServer();
    const clock = new FakeClock();
    app = await startApp({ clock, environment: { AUTH_SERVER_URL: fake.url } });
    holdScheduler(app);
    return clock;
  }

  afterEach(async () => {
    await app.stop();
    await fake.stop();
  });

  const downgrade = { tokenResponse: { token_type: 'Bearer' }, claims: { cnf: undefined } };

  it('is refused at the acquisition, and nothing of its answer is stored', async () => {
    await start();
    fake.misbehave(downgrade);
    await app.as('post', authorization).expect(201);
    const { body } = await app.as('post', complete).expect(502);
    expect(body).toMatchObject({
      code: 'authorization-server-unsuitable',
      detail: expect.stringMatching(/not bound to the key of this server \("token_type" must be DPoP\)/),
    });
    expect(await app.view()).toMatchObject({ status: 'unlicensed', serverId: null });
    fake.misbehave();
    await app.as('post', authorization).expect(201);
    await app.as('post', complete).expect(200);
  });

  it('is refused at a refresh, and the license stays unchanged', async () => {
    await start();
    await app.as('post', authorization).expect(201);
    await app.as('post', complete).expect(200);
    const before = await app.view();
    fake.misbehave(downgrade);
    const { body } = await app.as('post', refreshPath).expect(502);
    expect(body.detail).toMatch(/not bound to the key/);
    expect(await app.view()).toMatchObject({
      status: 'licensed',
      token: { status: 'valid', expiresAt: before.token.expiresAt },
      connection: { online: false, lastError: { code: 'authorization-server-unsuitable' } },
    });
    fake.misbehave();
    await app.as('post', refreshPath).expect(200);
    expect(await nameWaitingEvents(app)).toEqual(['acquired', 'refreshed']);
  });

  it('is refused even if it no longer offers DPoP', async () => {
    const clock = await start();
    await app.as('post', authorization).expect(201);
    await app.as('post', complete).expect(200);
    const { dataDir } = app;
    await app.close();
    fake.misbehave({ ...downgrade, metadata: { dpop_signing_alg_values_supported: undefined } });
    app = await startApp({ clock, dataDir, environment: { AUTH_SERVER_URL: fake.url } });
    holdScheduler(app);
    const { body } = await app.as('post', refreshPath).expect(502);
    expect(body.detail).toMatch(/not bound to the key/);
  });

  it('has its grant for a register revoked immediately', async () => {
    await start();
    fake.misbehave({ claims: { device: { id: 'srv-1', name: 'Till 1', kind: 'register' } } });
    await app.as('post', authorization).expect(201);
    const { body } = await app.as('post', complete).expect(403);
    expect(body).toMatchObject({
      code: 'license-refused',
      detail: expect.stringMatching(/"Till 1" is a register/),
    });
    expect(await app.view()).toMatchObject({ status: 'unlicensed', serverId: null });
    await app.tick();
    expect(fake.calls.filter(({ path }) => path === '/revoke')).toHaveLength(1);
  });
});
