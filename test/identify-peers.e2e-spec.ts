import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RevocationList } from '../src/peers/revocation-list.js';
import { TrustDataRefresher } from '../src/peers/trust-data-refresher.js';
import { hashOf, makeDeviceKey } from './support/device-key.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';

interface Seeded {
  organizations: { id: string; devices: { id: string; kind: string; hubId: string | null }[] }[];
}

describe('a peer with its license token', () => {
  let mock: TestMock;
  let app: TestApp;
  let register: string;
  let foreign: string;
  const key = makeDeviceKey();

  beforeAll(async () => {
    mock = await startMock();
    app = await startApp({ mock });
    const state = (await mock.control('GET', '/mock/state')) as Seeded;
    const [demo, other] = state.organizations;
    register =
      demo?.devices.find(({ kind, hubId }) => kind === 'register' && hubId === 'srv-store-1')?.id ?? '';
    foreign = other?.devices[0]?.id ?? '';
  });

  afterAll(async () => {
    await app.stop();
    await mock.stop();
  });

  const me = (authorization: string, headers: Record<string, string> = {}) =>
    supertest(app.url).get('/api/peers/me').set('Authorization', authorization).set(headers);

  const proofFor = (token: string, changes: Record<string, unknown> = {}, header = {}) =>
    key.prove({ htm: 'GET', htu: `${app.url}/api/peers/me`, ath: hashOf(token), ...changes }, header);

  async function freshNonce(token: string): Promise<string> {
    const challenge = await me(`DPoP ${token}`, { dpop: proofFor(token) }).expect(401);
    expect(challenge.body).toMatchObject({ code: 'nonce-required' });
    expect(challenge.headers['www-authenticate']).toContain('error="use_dpop_nonce"');
    return challenge.headers['dpop-nonce'] as string;
  }

  it('is refused by a server that was never licensed, with a code for it', async () => {
    const { body } = await me(`Bearer ${await mock.issueToken(register)}`).expect(403);
    expect(body).toMatchObject({ code: 'server-unlicensed' });
  });

  it('learns its identity at this server once the server is licensed', async () => {
    await app.acquire(mock);
    const { body } = await me(`Bearer ${await mock.issueToken(register)}`).expect(200);
    expect(body).toMatchObject({ deviceId: register, kind: 'register', serverId: 'srv-store-1' });
    expect(body).toHaveProperty('natsUrl', expect.stringMatching(/^nats:\/\/127\.0\.0\.1:/));
  });

  it.each<[string, () => Promise<string>, number, string]>([
    ['of another organization', () => mock.issueToken(foreign), 403, 'foreign-organization'],
    ['of the hub of this server', () => mock.issueToken('srv-hub'), 403, 'wrong-hub'],
    ['of this server itself', () => mock.issueToken('srv-store-1'), 403, 'wrong-hub'],
    ['that is garbage', () => Promise.resolve('garbage'), 401, 'token-malformed'],
    [
      'whose signature is cut',
      async () => (await mock.issueToken(register)).slice(0, -8),
      401,
      'bad-signature',
    ],
  ])('is refused with a token %s', async (_what, make, status, code) => {
    const { body, headers } = await me(`Bearer ${await make()}`).expect(status);
    expect(body).toMatchObject({ code });
    expect(headers['content-type']).toContain('application/problem+json');
  });

  it.each(['', 'Basic abc', 'Bearer', 'Bearer a b'])('is refused with the header "%s"', async (header) => {
    const { headers } = await me(header).expect(401);
    expect(headers['www-authenticate']).toContain('Bearer');
  });

  it('is admitted with a bound token, a proof and the nonce, even if its clock is wrong', async () => {
    const token = await mock.issueToken(register, { dpopJwk: key.publicJwk });
    const nonce = await freshNonce(token);
    const anHourOff = Math.floor(Date.now() / 1000) - 3600;
    const answer = await me(`DPoP ${token}`, { dpop: proofFor(token, { nonce, iat: anHourOff }) }).expect(
      200,
    );
    expect(answer.headers['dpop-nonce']).toBe(nonce);
  });

  it('is not admitted twice with one proof', async () => {
    const token = await mock.issueToken(register, { dpopJwk: key.publicJwk });
    const dpop = proofFor(token, { nonce: await freshNonce(token) });
    await me(`DPoP ${token}`, { dpop }).expect(200);
    const { body } = await me(`DPoP ${token}`, { dpop }).expect(401);
    expect(body).toMatchObject({ code: 'proof-replayed' });
  });

  it('is not admitted with a bound token as a bearer token, or with a plain token as a bound one', async () => {
    const bound = await mock.issueToken(register, { dpopJwk: key.publicJwk });
    expect((await me(`Bearer ${bound}`).expect(401)).body).toMatchObject({ code: 'proof-missing' });
    expect((await me(`DPoP ${bound}`).expect(401)).body).toMatchObject({ code: 'proof-missing' });
    const plain = await mock.issueToken(register);
    const dpop = proofFor(plain);
    expect((await me(`DPoP ${plain}`, { dpop }).expect(401)).body).toMatchObject({ code: 'proof-invalid' });
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['for another method', { htm: 'POST' }, {}],
    ['for another address', { htu: 'http://127.0.0.1:1/api/peers/me' }, {}],
    ['for another path', { htu: 'PATH' }, {}],
    ['of another token', { ath: hashOf('other') }, {}],
    ['without the hash of the token', { ath: undefined }, {}],
    ['without an id', { jti: undefined }, {}],
    ['without a time', { iat: undefined }, {}],
    ['of another type', {}, { typ: 'JWT' }],
    ['with another algorithm', {}, { alg: 'HS256' }],
    ['with another key', {}, { jwk: makeDeviceKey().publicJwk }],
    ['with a private key', {}, { jwk: { ...key.publicJwk, d: 'AAAA' } }],
    ['with no key', {}, { jwk: undefined }],
  ])('is not admitted with a proof %s', async (_what, changes, header) => {
    const token = await mock.issueToken(register, { dpopJwk: key.publicJwk });
    const nonce = await freshNonce(token);
    const right = changes['htu'] === 'PATH' ? { htu: `${app.url}/api/license` } : changes;
    const dpop = proofFor(token, { nonce, ...right }, header);
    const { body } = await me(`DPoP ${token}`, { dpop }).expect(401);
    expect(body).toMatchObject({ code: 'proof-invalid' });
  });

  const ask = (headers: Record<string, string>) => supertest(app.url).get('/auth/verify').set(headers);

  it('passes a local proxy only with the method and URL of its proof', async () => {
    const plain = await ask({ authorization: `Bearer ${await mock.issueToken(register)}` }).expect(204);
    expect(plain.headers).toMatchObject({ 'x-device-id': register, 'x-device-kind': 'register' });
    await ask({}).expect(401);
    await ask({ authorization: `Bearer ${await mock.issueToken(foreign)}` }).expect(403);
    const token = await mock.issueToken(register, { dpopJwk: key.publicJwk });
    const htu = 'https://till.example/orders';
    const original = { 'x-original-method': 'POST', 'x-original-url': `${htu}?id=7` };
    const bound = (nonce: string, more: Record<string, string>) =>
      ask({
        authorization: `DPoP ${token}`,
        dpop: key.prove({ htm: 'POST', htu, ath: hashOf(token), nonce }),
        ...more,
      });
    const nonce = (await bound('none', original).expect(401)).headers['dpop-nonce'] as string;
    await bound(nonce, original).expect(204);
    await bound(nonce, { ...original, 'x-original-method': 'GET' }).expect(401);
    await bound(nonce, {}).expect(401);
  });

  it('is admitted without the internet, even after a restart of the service', async () => {
    const token = await mock.issueToken(register);
    await app.close();
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    app = await startApp({ mock, dataDir: app.dataDir });
    await me(`Bearer ${token}`).expect(200);
    await mock.control('PUT', '/mock/faults', { mode: 'none' });
  });

  it('is admitted with a token of a new key, and with one of the old key', async () => {
    const old = await mock.issueToken(register);
    await mock.control('POST', '/mock/keys/rotate');
    await me(`Bearer ${await mock.issueToken(register)}`).expect(200);
    await me(`Bearer ${old}`).expect(200);
  });

  it('is refused once the Authorization server has revoked it and the status list is updated', async () => {
    const token = await mock.issueToken(register);
    await me(`Bearer ${token}`).expect(200);
    await mock.control('DELETE', `/mock/devices/${register}/authorization`);
    const { version } = app.app.get(RevocationList);
    await app.as('post', '/api/license/refresh').expect(200);
    await expect.poll(() => app.app.get(RevocationList).version).toBeGreaterThan(version);
    expect((await me(`Bearer ${token}`).expect(403)).body).toMatchObject({ code: 'device-revoked' });
    await app.app.get(TrustDataRefresher).checkNow();
    await app.close();
    app = await startApp({ mock, dataDir: app.dataDir });
    expect((await me(`Bearer ${token}`).expect(403)).body).toMatchObject({ code: 'device-revoked' });
  });

  it('is still admitted by a server whose license was removed', async () => {
    const token = await mock.issueToken(register);
    await app.as('delete', '/api/license').expect(204);
    await me(`Bearer ${token}`).expect(200);
  });

  it('is listed as refused, with the reason, if it was known before this server became another one', async () => {
    await app.acquire(mock);
    const token = await mock.issueToken(register);
    await me(`Bearer ${token}`).expect(200);
    await app.as('delete', '/api/license').expect(204);
    await app.acquire(mock, 'srv-store-2');
    await me(`Bearer ${token}`).expect(403);
    const refused = async () => {
      const { body } = await app.as('get', '/api/peers?attention=true').expect(200);
      return (body as { peers: { deviceId: string; attention: string[]; refusal: string }[] }).peers;
    };
    expect(await refused()).toMatchObject([
      { deviceId: register, attention: ['refused'], refusal: 'wrong-hub', refusedAt: expect.any(String) },
    ]);
    await app.as('delete', '/api/license').expect(204);
    await app.acquire(mock, 'srv-store-1');
    await me(`Bearer ${token}`).expect(200);
    expect(await refused()).toEqual([]);
  });
});
