import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { describe, expect, it } from 'vitest';
import { startTestServer } from './support/start-test-server.js';
import { acquire, deviceCodeGrantType, discover, oauthErrorOf, redeem } from './support/test-client.js';

describe('acquiring a license', () => {
  it.each(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])(
    'returns metadata with the requested issuer at %s',
    async (path) => {
      const server = await startTestServer();
      const { body } = await server.get(path);
      expect(body).toMatchObject({
        issuer: server.url,
        device_authorization_endpoint: `${server.url}/oauth/device_authorization`,
        grant_types_supported: [deviceCodeGrantType, 'refresh_token'],
        token_endpoint_auth_methods_supported: ['none'],
      });
    },
  );

  it('gives the public URL to the person and the issuer to the client', async () => {
    const server = await startTestServer({ publicUrl: 'https://auth.example' });
    const codes = await client.initiateDeviceAuthorization(await discover(server), {});
    expect(codes.verification_uri).toBe('https://auth.example/organizations');
    expect((await server.get('/.well-known/oauth-authorization-server')).body['issuer']).toBe(server.url);
  });

  it('lets openid-client poll from pending to tokens', async () => {
    const server = await startTestServer({ pollIntervalSeconds: 1 });
    const config = await discover(server);
    const codes = await client.initiateDeviceAuthorization(config, {});
    expect(codes).toMatchObject({ expires_in: 600, interval: 1 });
    const polling = client.pollDeviceAuthorizationGrant(config, codes);
    await server.approve(codes.user_code, 'srv-store-1');
    const tokens = await polling;
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 604_800 });
    expect(tokens.refresh_token).toMatch(/^[\w-]{43}$/);
  });

  it.each(['ES256', 'EdDSA', 'RS256', 'PS256'] as const)(
    'signs license tokens with %s that contain the terms of the license',
    async (alg) => {
      const server = await startTestServer({ tokenAlgorithm: alg });
      const tokens = await acquire(server, await discover(server), 'srv-store-1');
      const keys = createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`));
      const { payload, protectedHeader } = await jwtVerify(tokens.access_token, keys, {
        issuer: server.url,
        audience: 'urn:pos:fc-demo',
        typ: 'at+jwt',
        algorithms: [alg],
      });
      const year = server.clock.now().getUTCFullYear() + 1;
      expect(protectedHeader.kid).toMatch(/^[\w-]+$/);
      expect(payload).toEqual({
        iss: server.url,
        sub: 'srv-store-1',
        aud: 'urn:pos:fc-demo',
        client_id: 'pos-server',
        iat: Math.floor(server.clock.now().getTime() / 1000),
        exp: Math.floor(server.clock.now().getTime() / 1000) + 604_800,
        jti: expect.stringMatching(/^1\.[\w-]{36}$/),
        organization: { id: 'fc-demo', name: 'Demo' },
        device: { id: 'srv-store-1', name: 'Store 1', kind: 'server', url: 'https://store-1.example' },
        license: {
          features: ['xms'],
          renewal_date: expect.stringMatching(`^${year}-\\d\\d-\\d\\dT23:59:59Z$`),
          hub: { id: 'srv-hub', name: 'Head office', url: 'https://hub.example' },
        },
        status: { status_list: { idx: 1, uri: `${server.url}/statuslists/1` } },
      });
    },
  );

  it('issues tokens that oauth4webapi accepts as a resource server', async () => {
    const server = await startTestServer();
    const tokens = await acquire(server, await discover(server), 'srv-store-1');
    const as = { issuer: server.url, jwks_uri: `${server.url}/oauth/jwks` };
    const request = new Request('https://store.example/', {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const claims = await oauth.validateJwtAccessToken(as, request, 'urn:pos:fc-demo', {
      [oauth.allowInsecureRequests]: true,
    });
    expect(claims.sub).toBe('srv-store-1');
  });

  it('sends null for a missing URL and a missing renewal date', async () => {
    const server = await startTestServer();
    const tokens = await acquire(server, await discover(server, 'pos-register'), 'reg-1-1');
    const claims = decodeJwt(tokens.access_token);
    expect(claims).toMatchObject({
      client_id: 'pos-register',
      device: { kind: 'register', url: null },
      license: { features: ['register'], renewal_date: null, hub: { id: 'srv-store-1' } },
    });
    expect(decodeProtectedHeader(tokens.access_token).typ).toBe('at+jwt');
  });

  it('answers authorization_pending until a person approves, and slow_down with 5 s more after each early poll', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const codes = await client.initiateDeviceAuthorization(config, {});
    const poll = async (): Promise<string> => oauthErrorOf(redeem(config, codes.device_code));
    expect(await poll()).toBe('authorization_pending');
    server.clock.advanceMs(4_900);
    expect(await poll()).toBe('slow_down');
    server.clock.advanceSeconds(5);
    expect(await poll()).toBe('slow_down');
    server.clock.advanceSeconds(14);
    expect(await poll()).toBe('slow_down');
    server.clock.advanceSeconds(20);
    expect(await poll()).toBe('authorization_pending');
  });

  it('never slows down a code that is approved', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const codes = await client.initiateDeviceAuthorization(config, {});
    expect(await oauthErrorOf(redeem(config, codes.device_code))).toBe('authorization_pending');
    await server.approve(codes.user_code, 'srv-store-1');
    expect((await redeem(config, codes.device_code)).access_token).toBeTypeOf('string');
  });

  it('issues tokens for a device code only once', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const codes = await client.initiateDeviceAuthorization(config, {});
    await server.approve(codes.user_code, 'srv-store-1');
    const answers = await Promise.all(
      Array.from({ length: 4 }, async () => oauthErrorOf(redeem(config, codes.device_code))),
    );
    expect(answers.toSorted()).toEqual(['invalid_grant', 'invalid_grant', 'invalid_grant', 'no error']);
  });

  it('answers access_denied without license_refusal after a person denied the code', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const codes = await client.initiateDeviceAuthorization(config, {});
    expect((await server.control('POST', '/deny', { userCode: codes.user_code })).body).toEqual({
      state: 'denied',
    });
    const form = { grant_type: deviceCodeGrantType, client_id: 'pos-server', device_code: codes.device_code };
    for (let poll = 0; poll < 2; poll++) {
      const answer = await server.postForm('/oauth/token', form);
      expect(answer).toMatchObject({ status: 400, body: { error: 'access_denied' } });
      expect(answer.body).not.toHaveProperty('license_refusal');
    }
  });

  it.each([
    [-1, 'authorization_pending'],
    [0, 'expired_token'],
    [1, 'expired_token'],
  ])('answers a poll %i ms from the end of its code with %s', async (offsetMs, error) => {
    const server = await startTestServer({ userCodeTtlSeconds: 60 });
    const config = await discover(server);
    const codes = await client.initiateDeviceAuthorization(config, {});
    server.clock.advanceMs(60_000 + offsetMs);
    expect(await oauthErrorOf(redeem(config, codes.device_code))).toBe(error);
  });

  it('frees the seat when an approved device never requests its tokens', async () => {
    const server = await startTestServer({ userCodeTtlSeconds: 60 });
    const config = await discover(server);
    const codes = await client.initiateDeviceAuthorization(config, {});
    await server.approve(codes.user_code, 'srv-store-1');
    expect(await server.isAuthorized('srv-store-1')).toBe(true);
    server.clock.advanceSeconds(60);
    expect(await server.isAuthorized('srv-store-1')).toBe(false);
    expect(await oauthErrorOf(redeem(config, codes.device_code))).toBe('expired_token');
  });

  it('refuses a device code that another client presents', async () => {
    const server = await startTestServer();
    const codes = await client.initiateDeviceAuthorization(await discover(server), {});
    await server.approve(codes.user_code, 'srv-store-1');
    const register = await discover(server, 'pos-register');
    expect(await oauthErrorOf(redeem(register, codes.device_code))).toBe('invalid_grant');
  });

  it('stores no token or code as plain text in its data folder or log', async () => {
    const { readFileSync, readdirSync } = await import('node:fs');
    const server = await startTestServer();
    const config = await discover(server);
    const codes = await client.initiateDeviceAuthorization(config, {});
    await server.approve(codes.user_code, 'srv-store-1');
    const tokens = await redeem(config, codes.device_code);
    const files = readdirSync(server.dataDir).map((name) =>
      readFileSync(`${server.dataDir}/${name}`, 'latin1'),
    );
    const everything = [...files, ...server.logLines].join('\n');
    const userCode = codes.user_code.replace('-', '');
    for (const secret of [
      codes.device_code,
      codes.user_code,
      userCode,
      tokens.refresh_token,
      tokens.access_token,
    ]) {
      expect(everything).not.toContain(secret);
    }
    expect(server.logLines).toContain('license token issued to srv-store-1');
  });
});

describe('the approval of a device', () => {
  it.each([
    ['pos-server', 'reg-1-1', 'this user code was issued to a server, but reg-1-1 is a register'],
    ['pos-register', 'srv-store-1', 'this user code was issued to a register, but srv-store-1 is a server'],
  ])('refuses a code of %s for %s, and keeps the code usable', async (clientId, deviceId, reason) => {
    const server = await startTestServer();
    const codes = await client.initiateDeviceAuthorization(await discover(server, clientId), {});
    const refused = await server.control('POST', '/approve', { userCode: codes.user_code, deviceId });
    expect(refused).toMatchObject({ status: 409, body: { code: 'wrong-device-kind', status: 409 } });
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.body['detail']).toContain(reason);
    await server.approve(codes.user_code, clientId === 'pos-server' ? 'srv-store-1' : 'reg-1-1');
  });

  it.each([
    ['license-expired', { expiresOn: '2020-01-01' }, { expiresOn: null }],
    ['license-inactive', { isActive: false }, { isActive: true }],
    ['license-used-up', { count: 0 }, { count: 1 }],
  ])('refuses with %s, and keeps the code usable', async (code, bad, good) => {
    const server = await startTestServer();
    const config = await discover(server);
    const codes = await client.initiateDeviceAuthorization(config, {});
    const approval = { userCode: codes.user_code, deviceId: 'srv-store-1' };
    await server.control('PATCH', '/licenses/lic-demo-servers', bad);
    expect(await server.control('POST', '/approve', approval)).toMatchObject({ status: 409, body: { code } });
    await server.control('PATCH', '/licenses/lic-demo-servers', good);
    await server.approve(codes.user_code, 'srv-store-1');
    expect((await redeem(config, codes.device_code)).access_token).toBeTypeOf('string');
  });

  it('is refused at the token endpoint when the license became inactive, and keeps the device code usable', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const codes = await client.initiateDeviceAuthorization(config, {});
    await server.approve(codes.user_code, 'srv-store-1');
    await server.control('PATCH', '/licenses/lic-demo-servers', { isActive: false });
    const form = { grant_type: deviceCodeGrantType, client_id: 'pos-server', device_code: codes.device_code };
    expect((await server.postForm('/oauth/token', form)).body).toEqual({
      error: 'access_denied',
      error_description: 'the license lic-demo-servers is not active',
      license_refusal: 'inactive',
    });
    await server.control('PATCH', '/licenses/lic-demo-servers', { isActive: true });
    expect((await server.postForm('/oauth/token', form)).status).toBe(200);
  });

  it('ends the old authorization of the device, keeps its seat and leaves its tokens valid', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    await server.control('PATCH', '/licenses/lic-demo-servers', { count: 1 });
    const first = await acquire(server, config, 'srv-store-1');
    const second = await acquire(server, config, 'srv-store-1');
    expect(await oauthErrorOf(client.refreshTokenGrant(config, first.refresh_token))).toBe('invalid_grant');
    expect((await client.refreshTokenGrant(config, second.refresh_token)).access_token).toBeTypeOf('string');
    expect(await client.tokenIntrospection(config, first.access_token)).toMatchObject({ active: true });
    expect(await client.tokenIntrospection(config, first.refresh_token)).toEqual({ active: false });
    const { body } = await server.control('GET', '/state');
    expect(body).toMatchObject({
      organizations: [{ licenses: [{ id: 'lic-demo-servers', count: 1, used: 1 }, {}] }, {}],
    });
  });

  it('refuses the newest seats when the count is lowered', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const oldest = await acquire(server, config, 'srv-store-2');
    server.clock.advanceSeconds(1);
    const youngest = await acquire(server, config, 'srv-store-1');
    await server.control('PATCH', '/licenses/lic-demo-servers', { count: 1 });
    expect(await oauthErrorOf(client.refreshTokenGrant(config, youngest.refresh_token))).toBe(
      'access_denied',
    );
    expect((await client.refreshTokenGrant(config, oldest.refresh_token)).access_token).toBeTypeOf('string');
  });
});
