import {
  calculateJwkThumbprint,
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  jwtVerify,
} from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { describe, expect, it } from 'vitest';
import type { TestServer } from './support/start-test-server.js';
import { startTestServer } from './support/start-test-server.js';
import { acquire, discover, oauthErrorOf, redeem, refreshRaw } from './support/test-client.js';

const documents = {
  oauth: '/.well-known/oauth-authorization-server',
  openid: '/.well-known/openid-configuration',
} as const;

async function fetchMetadata(server: TestServer): Promise<Record<string, unknown>> {
  return (await server.get(documents.oauth)).body;
}

describe('TOKEN_ALGORITHM', () => {
  it.each(['RS256', 'PS256'] as const)(
    'issues tokens of %s, with a key of 2048 bits, that oauth4webapi accepts as a resource server',
    async (tokenAlgorithm) => {
      const server = await startTestServer({ tokenAlgorithm });
      const tokens = await acquire(server, await discover(server), 'srv-store-1');
      const [key] = (await server.get('/oauth/jwks')).body['keys'] as { n: string; alg: string }[];
      expect(key).toMatchObject({ kty: 'RSA', alg: tokenAlgorithm, use: 'sig' });
      expect(Buffer.from(key?.n ?? '', 'base64url')).toHaveLength(256);
      expect(Object.keys(key ?? {}).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
      const as = { issuer: server.url, jwks_uri: `${server.url}/oauth/jwks` };
      const request = new Request('https://store.example/', {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      });
      const claims = await oauth.validateJwtAccessToken(as, request, 'urn:pos:fc-demo', {
        signingAlgorithms: [tokenAlgorithm],
        [oauth.allowInsecureRequests]: true,
      });
      expect(claims.sub).toBe('srv-store-1');
    },
  );

  it('signs the status list with the same key', async () => {
    const server = await startTestServer({ tokenAlgorithm: 'PS256' });
    const { body } = await server.get('/statuslists/1');
    const keys = createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`));
    const { protectedHeader } = await jwtVerify(body['text'] as string, keys, { typ: 'statuslist+jwt' });
    expect(protectedHeader.alg).toBe('PS256');
  });

  it('adds a key when it changes, and keeps the earlier ones published', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    let { refresh_token: refreshToken, access_token: token } = await acquire(server, config, 'srv-store-1');
    const issued = [token];
    for (const tokenAlgorithm of ['RS256', 'EdDSA', 'PS256'] as const) {
      await server.restart({ tokenAlgorithm });
      const { body } = await refreshRaw(server, refreshToken);
      token = body['access_token'] as string;
      refreshToken = body['refresh_token'] as string;
      expect(decodeProtectedHeader(token).alg).toBe(tokenAlgorithm);
      issued.push(token);
    }
    const keys = createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`));
    for (const each of issued) {
      expect((await jwtVerify(each, keys)).payload.sub).toBe('srv-store-1');
      expect(await client.tokenIntrospection(config, each)).toMatchObject({ active: true });
    }
    expect((await server.get('/oauth/jwks')).body['keys']).toHaveLength(4);
  });

  it('keeps its key at a restart, and creates one of the same algorithm at a rotation', async () => {
    const server = await startTestServer({ tokenAlgorithm: 'RS256' });
    await server.restart();
    await server.control('POST', '/keys/rotate');
    const keys = (await server.get('/oauth/jwks')).body['keys'] as { alg: string }[];
    expect(keys.map(({ alg }) => alg)).toEqual(['RS256', 'RS256']);
  });
});

describe('DPOP=off', () => {
  it('offers no DPoP and issues bearer tokens without cnf, even for a proof and a dpop_jkt', async () => {
    const server = await startTestServer({ dpop: 'off' });
    expect(await fetchMetadata(server)).not.toHaveProperty('dpop_signing_alg_values_supported');
    const config = await discover(server);
    const key = await client.randomDPoPKeyPair('ES256', { extractable: true });
    const dpop_jkt = await calculateJwkThumbprint(await exportJWK(key.publicKey));
    const codes = await client.initiateDeviceAuthorization(config, { dpop_jkt });
    await server.approve(codes.user_code, 'srv-store-1');
    const proof = await redeem(config, codes.device_code);
    expect(proof.token_type).toBe('bearer');
    expect(decodeJwt(proof.access_token)).not.toHaveProperty('cnf');
    const answer = await server.postForm(
      '/oauth/token',
      { grant_type: 'refresh_token', client_id: 'pos-server', refresh_token: proof.refresh_token },
      { dpop: 'not even a proof' },
    );
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
    expect(answer.headers.get('dpop-nonce')).toBeNull();
  });

  it('refreshes grants that were bound before it was set, and binds them again afterwards', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const bound = await acquire(server, config, 'srv-store-1', DPoP);
    await server.restart({ dpop: 'off' });
    const plain = await refreshRaw(server, bound.refresh_token);
    expect(plain).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
    const refreshToken = plain.body['refresh_token'] as string;
    expect(await client.tokenIntrospection(config, refreshToken)).not.toHaveProperty('cnf');
    await server.restart();
    expect((await refreshRaw(server, refreshToken)).body['error']).toBe('invalid_grant');
    const again = await client.refreshTokenGrant(config, refreshToken, undefined, { DPoP });
    expect(again.token_type).toBe('dpop');
  });
});

describe('DPOP=on', () => {
  it('issues bound tokens without a nonce', async () => {
    const server = await startTestServer({ dpop: 'on' });
    const config = await discover(server);
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const tokens = await acquire(server, config, 'srv-store-1', DPoP);
    expect(decodeJwt(tokens.access_token)).toHaveProperty('cnf.jkt');
    const { headers } = await server.postForm('/oauth/token', { client_id: 'pos-server' });
    expect(headers.get('dpop-nonce')).toBeNull();
  });
});

describe('STATUS_LIST=off', () => {
  it('issues tokens without a status claim and publishes no list', async () => {
    const server = await startTestServer({ hasStatusList: false });
    expect(JSON.stringify(await fetchMetadata(server))).not.toContain('status');
    for (const path of ['/statuslists', '/statuslists/1']) {
      expect((await server.get(path)).status).toBe(404);
    }
    const tokens = await acquire(server, await discover(server), 'srv-store-1');
    expect(decodeJwt(tokens.access_token)).not.toHaveProperty('status');
  });

  it('still introspects and revokes license tokens', async () => {
    const server = await startTestServer({ hasStatusList: false });
    const config = await discover(server);
    const store = await acquire(server, config, 'srv-store-1');
    const hub = await acquire(server, config, 'srv-hub');
    expect(await client.tokenIntrospection(config, store.access_token)).toMatchObject({
      active: true,
      sub: 'srv-store-1',
    });
    await client.tokenRevocation(config, store.access_token);
    expect(await client.tokenIntrospection(config, store.access_token)).toEqual({ active: false });
    expect(await client.tokenIntrospection(config, hub.access_token)).toMatchObject({ active: true });
    expect(await oauthErrorOf(client.refreshTokenGrant(config, store.refresh_token))).toBe('invalid_grant');
  });
});

describe('DISCOVERY', () => {
  it.each([
    ['both', 200, 200],
    ['oauth', 200, 404],
    ['openid', 404, 200],
  ] as const)(
    '%s answers %i for the OAuth document and %i for the OpenID document',
    async (discovery, oauthStatus, openidStatus) => {
      const server = await startTestServer({ discovery });
      const found = [await server.get(documents.oauth), await server.get(documents.openid)];
      expect(found.map(({ status }) => status)).toEqual([oauthStatus, openidStatus]);
      const metadata = found.find(({ status }) => status === 200)?.body;
      expect(metadata).toMatchObject({ issuer: server.url, token_endpoint: `${server.url}/oauth/token` });
    },
  );

  it('openid is found by a client library that looks for OpenID Connect', async () => {
    const server = await startTestServer({ discovery: 'openid' });
    const config = await client.discovery(new URL(server.url), 'pos-server', undefined, client.None(), {
      algorithm: 'oidc',
      execute: [client.allowInsecureRequests],
    });
    expect((await acquire(server, config, 'srv-store-1')).token_type).toBe('bearer');
  });

  it('does not hide a missing document from the faults', async () => {
    const server = await startTestServer({ discovery: 'oauth' });
    await server.setFault({ mode: 'offline', count: 1 });
    await expect(server.get(documents.openid)).rejects.toThrow('fetch failed');
  });
});

describe('verification_uri_complete', () => {
  it('is the verification URI with the user code, at the public URL', async () => {
    const server = await startTestServer({ publicUrl: 'https://auth.example' });
    const codes = await client.initiateDeviceAuthorization(await discover(server), {});
    expect(codes.verification_uri_complete).toBe(
      `https://auth.example/organizations?user_code=${codes.user_code}`,
    );
    expect(codes.verification_uri_complete?.startsWith(codes.verification_uri)).toBe(true);
  });
});

describe('device_name', () => {
  it.each([
    ['of 101 characters', 'x'.repeat(101)],
    ['with a line break', 'Store\n12'],
  ])('is refused %s', async (_name, device_name) => {
    const server = await startTestServer();
    const answer = await server.postForm('/oauth/device_authorization', {
      client_id: 'pos-server',
      device_name,
    });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(answer.body['error_description']).toContain('device_name');
  });
});
