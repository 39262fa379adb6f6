import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer, TestServer } from './support/start-test-server.js';
import { shareTestServer, startTestServer } from './support/start-test-server.js';
import { acquire, deviceCodeGrantType, discover, oauthErrorOf, redeem } from './support/test-client.js';

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

interface ProofChanges {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  signWith?: KeyPair;
}

/** Builds a DPoP proof without a client library, so that a test can change each part of it. */
async function makeProof(server: TestServer, key: KeyPair, changes: ProofChanges = {}): Promise<string> {
  const header = {
    alg: 'ES256',
    typ: 'dpop+jwt',
    jwk: { ...(await exportJWK(key.publicKey)) },
    ...changes.header,
  };
  const claims = {
    jti: crypto.randomUUID(),
    htm: 'POST',
    htu: `${server.url}/oauth/token`,
    iat: Math.floor(server.clock.now().getTime() / 1000),
    ...changes.claims,
  };
  return new SignJWT(claims)
    .setProtectedHeader(header)
    .sign((changes.signWith ?? key).privateKey, { crit: { exotic: true } });
}

async function fetchNonce(server: TestServer): Promise<string> {
  const answer = await server.postForm('/oauth/token', {
    grant_type: 'refresh_token',
    client_id: 'pos-server',
  });
  const nonce = answer.headers.get('dpop-nonce');
  if (nonce === null) throw new Error('the answer has no DPoP-Nonce header');
  return nonce;
}

async function refreshWith(server: TestServer, refreshToken: string, proof: string | null): Promise<Answer> {
  const form = { grant_type: 'refresh_token', client_id: 'pos-server', refresh_token: refreshToken };
  return server.postForm('/oauth/token', form, proof === null ? {} : { dpop: proof });
}

interface Bound {
  key: KeyPair;
  refreshToken: string;
  /** Builds a proof with the current nonce. */
  prove: (changes?: ProofChanges, signer?: KeyPair) => Promise<string>;
}

/** Acquires a bound token for a store server. */
async function bindStore(server: TestServer): Promise<Bound> {
  const key = await generateKeyPair('ES256', { extractable: true });
  const config = await discover(server);
  const tokens = await acquire(server, config, 'srv-store-1', client.getDPoPHandle(config, key));
  const nonce = await fetchNonce(server);
  const prove = async (changes: ProofChanges = {}, signer = key): Promise<string> =>
    makeProof(server, signer, { ...changes, claims: { nonce, ...changes.claims } });
  return { key, refreshToken: tokens.refresh_token, prove };
}

async function startBound(): Promise<Bound & { server: TestServer }> {
  const server = await startTestServer();
  return { server, ...(await bindStore(server)) };
}

describe('bound tokens (DPoP)', () => {
  it('are announced in the metadata', async () => {
    const server = await startTestServer();
    const { body } = await server.get('/.well-known/oauth-authorization-server');
    expect(body['dpop_signing_alg_values_supported']).toEqual(['ES256', 'EdDSA', 'Ed25519']);
  });

  it.each(['ES256', 'EdDSA', 'Ed25519'])(
    'can be acquired and refreshed by openid-client with a key of %s',
    async (alg) => {
      const server = await startTestServer();
      const config = await discover(server);
      const key = await client.randomDPoPKeyPair(alg, { extractable: true });
      const DPoP = client.getDPoPHandle(config, key);
      const first = await acquire(server, config, 'srv-store-1', DPoP);
      expect(first.token_type).toBe('dpop');
      const jkt = await calculateJwkThumbprint(await exportJWK(key.publicKey));
      expect(decodeJwt(first.access_token)).toMatchObject({ cnf: { jkt } });
      const second = await client.refreshTokenGrant(config, first.refresh_token, undefined, { DPoP });
      expect(decodeJwt(second.access_token)).toMatchObject({ cnf: { jkt } });
    },
  );

  it('are accepted by oauth4webapi with a proof of their key', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const key = await generateKeyPair('ES256', { extractable: true });
    const { access_token: token } = await acquire(
      server,
      config,
      'srv-store-1',
      client.getDPoPHandle(config, key),
    );
    const url = 'https://store.example/api/peers/me';
    const ath = createHash('sha256').update(token).digest('base64url');
    const proof = await makeProof(server, key, { claims: { htm: 'GET', htu: url, ath } });
    const request = new Request(url, { headers: { authorization: `DPoP ${token}`, dpop: proof } });
    const as = { issuer: server.url, jwks_uri: `${server.url}/oauth/jwks` };
    const claims = await oauth.validateJwtAccessToken(as, request, 'urn:pos:fc-demo', {
      requireDPoP: true,
      [oauth.allowInsecureRequests]: true,
    });
    expect(claims.sub).toBe('srv-store-1');
  });

  it.each([3600, -3600, -50 * 365 * 86_400])(
    'can be acquired by a client whose clock is %i s wrong, because of the nonce',
    async (off) => {
      const server = await startTestServer();
      const config = await discover(server, 'pos-server', { [client.clockSkew]: off });
      const key = await generateKeyPair('ES256', { extractable: true });
      const tokens = await acquire(server, config, 'srv-store-1', client.getDPoPHandle(config, key));
      expect(tokens.token_type).toBe('dpop');
    },
  );

  it('are refused for a proof without a nonce, with a challenge that contains one', async () => {
    const { server, key, refreshToken } = await startBound();
    const answer = await refreshWith(server, refreshToken, await makeProof(server, key));
    expect(answer).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } });
    const nonce = answer.headers.get('dpop-nonce') ?? '';
    const retry = await refreshWith(
      server,
      refreshToken,
      await makeProof(server, key, { claims: { nonce } }),
    );
    expect(retry.status).toBe(200);
  });

  it('accept a nonce for at least five and at most ten minutes, even across a restart', async () => {
    const { server, prove, refreshToken } = await startBound();
    await server.restart({ isRefreshRotated: false });
    server.clock.advanceSeconds(299);
    expect((await refreshWith(server, refreshToken, await prove())).status).toBe(200);
    server.clock.advanceSeconds(302);
    expect((await refreshWith(server, refreshToken, await prove())).body['error']).toBe('use_dpop_nonce');
  });

  it('are refused for a replayed proof, even after a restart', async () => {
    const { server, prove, refreshToken } = await startBound();
    await server.restart({ isRefreshRotated: false });
    const proof = await prove();
    expect((await refreshWith(server, refreshToken, proof)).status).toBe(200);
    expect((await refreshWith(server, refreshToken, proof)).body['error']).toBe('invalid_dpop_proof');
    await server.restart({ isRefreshRotated: false });
    expect((await refreshWith(server, refreshToken, proof)).body['error']).toBe('invalid_dpop_proof');
  });

  it('ignore query and fragment of htu', async () => {
    const { server, prove, refreshToken } = await startBound();
    const proof = await prove({ claims: { htu: `${server.url}/oauth/token?a=b#c` } });
    expect((await refreshWith(server, refreshToken, proof)).status).toBe(200);
  });

  it('are refused without their key, and the attempt does not end the family', async () => {
    const { server, prove, refreshToken } = await startBound();
    const thief = await generateKeyPair('ES256', { extractable: true });
    expect((await refreshWith(server, refreshToken, null)).body['error']).toBe('invalid_grant');
    expect((await refreshWith(server, refreshToken, await prove({}, thief))).body['error']).toBe(
      'invalid_grant',
    );
    const next = await refreshWith(server, refreshToken, await prove());
    const afterNext = await refreshWith(server, next.body['refresh_token'] as string, await prove());
    expect(afterNext.status).toBe(200);
    expect((await refreshWith(server, refreshToken, await prove({}, thief))).body['error']).toBe(
      'invalid_grant',
    );
    const last = await refreshWith(server, afterNext.body['refresh_token'] as string, await prove());
    expect(last.status).toBe(200);
  });

  it('can be requested again with the same key after a lost answer, until the successor is used', async () => {
    const { server, prove, refreshToken } = await startBound();
    await refreshWith(server, refreshToken, await prove());
    const again = await refreshWith(server, refreshToken, await prove());
    expect(again.status).toBe(200);
    expect((await refreshWith(server, again.body['refresh_token'] as string, await prove())).status).toBe(
      200,
    );
    expect((await refreshWith(server, refreshToken, await prove())).body['error']).toBe('invalid_grant');
  });

  it('are required if the device authorization request contains dpop_jkt', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const key = await generateKeyPair('ES256', { extractable: true });
    const dpop_jkt = await calculateJwkThumbprint(await exportJWK(key.publicKey));
    const codes = await client.initiateDeviceAuthorization(config, { dpop_jkt });
    await server.approve(codes.user_code, 'srv-store-1');
    const thief = client.getDPoPHandle(config, await generateKeyPair('ES256', { extractable: true }));
    expect(await oauthErrorOf(redeem(config, codes.device_code))).toBe('invalid_dpop_proof');
    expect(await oauthErrorOf(redeem(config, codes.device_code, thief))).toBe('invalid_dpop_proof');
    const tokens = await redeem(config, codes.device_code, client.getDPoPHandle(config, key));
    expect(tokens.token_type).toBe('dpop');
  });

  it('do not bind an unbound grant: a proof binds only that one license token', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const first = await acquire(server, config, 'srv-store-1');
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const second = await client.refreshTokenGrant(config, first.refresh_token, undefined, { DPoP });
    expect(second.token_type).toBe('dpop');
    const third = await client.refreshTokenGrant(config, second.refresh_token ?? '');
    expect(third.token_type).toBe('bearer');
  });
});

describe('bound tokens and wrong proofs', () => {
  const server = shareTestServer();
  let bound: Bound;
  beforeAll(async () => {
    bound = await bindStore(server);
  });

  it.each<[string, (key: KeyPair, other: KeyPair) => ProofChanges | Promise<ProofChanges>]>([
    ['another typ', () => ({ header: { typ: 'JWT' } })],
    ['another htm', () => ({ claims: { htm: 'GET' } })],
    ['another htu', () => ({ claims: { htu: 'https://elsewhere.example/oauth/token' } })],
    ['another path in htu', (key) => ({ claims: { htu: 'http://127.0.0.1/oauth' }, signWith: key })],
    ['an htu that is not a URL', () => ({ claims: { htu: 'token' } })],
    ['no jti', () => ({ claims: { jti: undefined } })],
    ['a jti that is not a string', () => ({ claims: { jti: 5 } })],
    ['no iat', () => ({ claims: { iat: undefined } })],
    ['an iat that is not a number', () => ({ claims: { iat: 'now' } })],
    ['no jwk', () => ({ header: { jwk: undefined } })],
    ['a signature of another key', (_key, other) => ({ signWith: other })],
    ['a private jwk', async (key) => ({ header: { jwk: await exportJWK(key.privateKey) } })],
    ['an unknown critical header', () => ({ header: { crit: ['exotic'], exotic: 1 } })],
  ])('are refused for a proof with %s', async (_name, change) => {
    const { key, prove, refreshToken } = bound;
    const other = await generateKeyPair('ES256', { extractable: true });
    const proof = await prove(await change(key, other)).catch(
      () => 'a proof that the library refuses to sign',
    );
    const answer = await refreshWith(server, refreshToken, proof);
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } });
    expect((await refreshWith(server, refreshToken, await prove())).status).toBe(200);
  });

  it.each(['', 'x', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.', 'e30.e30.e30'])(
    'are refused for the malformed proof "%s"',
    async (proof) => {
      const { refreshToken } = bound;
      const answer = await refreshWith(server, refreshToken, proof);
      expect(answer.status).toBe(400);
      expect(answer.body['error']).toBe('invalid_dpop_proof');
    },
  );

  it('are refused for two proofs in one request', async () => {
    const { prove, refreshToken } = bound;
    const answer = await refreshWith(server, refreshToken, `${await prove()}, ${await prove()}`);
    expect(answer.body['error']).toBe('invalid_dpop_proof');
  });

  it('are refused for a symmetric signature with the public key as its secret', async () => {
    const { key, refreshToken } = bound;
    const jwk = await exportJWK(key.publicKey);
    const claims = { jti: crypto.randomUUID(), htm: 'POST', htu: `${server.url}/oauth/token`, iat: 0 };
    const proof = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt', jwk })
      .sign(new TextEncoder().encode(JSON.stringify(jwk)));
    expect((await refreshWith(server, refreshToken, proof)).body['error']).toBe('invalid_dpop_proof');
  });
});

describe('DPOP without nonces', () => {
  it.each([
    [300, 200],
    [-299, 200],
    [302, 400],
    [-301, 400],
  ])('answers a proof whose iat is %i s off with %i', async (offSeconds, status) => {
    const server = await startTestServer({ dpop: 'on', isRefreshRotated: false });
    const key = await generateKeyPair('ES256', { extractable: true });
    const config = await discover(server);
    const tokens = await acquire(server, config, 'srv-store-1', client.getDPoPHandle(config, key));
    const iat = Math.floor(server.clock.now().getTime() / 1000) + offSeconds;
    const answer = await refreshWith(
      server,
      tokens.refresh_token,
      await makeProof(server, key, { claims: { iat } }),
    );
    expect(answer.status).toBe(status);
    expect(answer.headers.get('dpop-nonce')).toBeNull();
  });
});

it('DPOP without nonces refuses openid-client with a clock that is an hour wrong', async () => {
  const server = await startTestServer({ dpop: 'on' });
  const config = await discover(server, 'pos-server', { [client.clockSkew]: 3600 });
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
  expect(await oauthErrorOf(acquire(server, config, 'srv-store-1', DPoP))).toBe('invalid_dpop_proof');
});

describe('DPOP off', () => {
  it('announces no DPoP and answers a proof with a bearer token', async () => {
    const server = await startTestServer({ dpop: 'off' });
    const { body } = await server.get('/.well-known/oauth-authorization-server');
    expect(body).not.toHaveProperty('dpop_signing_alg_values_supported');
    const config = await discover(server);
    const codes = await client.initiateDeviceAuthorization(config, {});
    await server.approve(codes.user_code, 'srv-store-1');
    const form = { grant_type: deviceCodeGrantType, client_id: 'pos-server', device_code: codes.device_code };
    const proof = await makeProof(server, await generateKeyPair('ES256', { extractable: true }));
    const answer = await server.postForm('/oauth/token', form, { dpop: proof });
    expect(answer.body['token_type']).toBe('Bearer');
  });
});
