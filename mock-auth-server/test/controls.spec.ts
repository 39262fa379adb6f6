import {
  calculateJwkThumbprint,
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
} from 'jose';
import * as client from 'openid-client';
import { describe, expect, it } from 'vitest';
import { shareTestServer, startTestServer } from './support/start-test-server.js';
import { acquire, discover, oauthErrorOf, redeem, refreshRaw } from './support/test-client.js';

function registerOf(hubId: string, id: string, name: string): object {
  return { id, name, kind: 'register', licenseId: 'lic-demo-registers', hubId, url: null, authorized: false };
}

function serverOf(hubId: string | null, id: string, name: string, url: string): object {
  return { id, name, kind: 'server', licenseId: 'lic-demo-servers', hubId, url, authorized: false };
}

describe('GET /mock/state', () => {
  it('returns the demo data of a first start', async () => {
    const server = await startTestServer();
    const { status, body } = await server.control('GET', '/state');
    expect(status).toBe(200);
    const year = server.clock.now().getUTCFullYear() + 1;
    expect((body['organizations'] as unknown[])[0]).toEqual({
      id: 'fc-demo',
      name: 'Demo',
      licenses: [
        {
          id: 'lic-demo-servers',
          name: 'RMS Servers',
          count: 5,
          used: 0,
          expiresOn: expect.stringMatching(`^${year}-\\d\\d-\\d\\dT23:59:59Z$`),
          features: ['xms'],
          isActive: true,
        },
        {
          id: 'lic-demo-registers',
          name: 'Registers',
          count: 10,
          used: 0,
          expiresOn: null,
          features: ['register'],
          isActive: true,
        },
      ],
      devices: [
        serverOf(null, 'srv-hub', 'Head office', 'https://hub.example'),
        serverOf('srv-hub', 'srv-store-1', 'Store 1', 'https://store-1.example'),
        registerOf('srv-store-1', 'reg-1-1', 'Store 1, register 1'),
        registerOf('srv-store-1', 'reg-1-2', 'Store 1, register 2'),
        serverOf('srv-hub', 'srv-store-2', 'Store 2', 'https://store-2.example'),
        registerOf('srv-store-2', 'reg-2-1', 'Store 2, register 1'),
        registerOf('srv-store-2', 'reg-2-2', 'Store 2, register 2'),
      ],
    });
    expect(body['organizations']).toHaveLength(2);
  });

  it('exists only with MOCK_CONTROLS=on, as do all controls', async () => {
    const server = await startTestServer({ hasMockControls: false });
    for (const [method, path] of [
      ['GET', '/state'],
      ['POST', '/approve'],
      ['PUT', '/faults'],
      ['POST', '/tokens'],
    ] as const) {
      expect((await server.control(method, path)).status).toBe(404);
    }
  });
});

describe('the approve and deny controls', () => {
  it('answer an unknown, expired or used code with its own error', async () => {
    const server = await startTestServer();
    const codes = await client.initiateDeviceAuthorization(await discover(server), {});
    const approve = async (userCode: string, deviceId = 'srv-store-1'): Promise<unknown[]> => {
      const { status, body } = await server.control('POST', '/approve', { userCode, deviceId });
      return [status, body['code'] ?? body['state']];
    };
    expect(await approve('BBBB-BBBB')).toEqual([404, 'user-code-unknown']);
    expect(await approve(codes.user_code, 'srv-nobody')).toEqual([404, 'device-unknown']);
    expect(await approve(codes.user_code.toLowerCase().replace('-', ''))).toEqual([200, 'approved']);
    expect(await approve(codes.user_code)).toEqual([409, 'user-code-used']);
    expect((await server.control('POST', '/deny', { userCode: codes.user_code })).body['code']).toBe(
      'user-code-used',
    );
    const late = await client.initiateDeviceAuthorization(await discover(server), {});
    server.clock.advanceSeconds(600);
    expect(await approve(late.user_code)).toEqual([410, 'user-code-expired']);
  });
});

describe('the controls that change licenses and devices', () => {
  it('answer with the changed license or device, and with 404 for an unknown id', async () => {
    const server = await startTestServer();
    const license = await server.control('PATCH', '/licenses/lic-demo-servers', {
      expiresOn: '2030-01-01T00:00:00Z',
      count: 9,
    });
    expect(license.body).toMatchObject({
      id: 'lic-demo-servers',
      expiresOn: '2030-01-01T00:00:00Z',
      count: 9,
      used: 0,
    });
    const device = await server.control('PATCH', '/devices/reg-1-1', { hubId: 'srv-store-2' });
    expect(device.body).toMatchObject({ id: 'reg-1-1', hubId: 'srv-store-2' });
    expect((await server.control('PATCH', '/licenses/nobody', {})).body['code']).toBe('license-unknown');
    expect((await server.control('PATCH', '/devices/nobody', {})).body['code']).toBe('device-unknown');
    expect((await server.control('DELETE', '/devices/nobody/authorization')).status).toBe(404);
    expect((await server.control('DELETE', '/devices/srv-hub/authorization')).status).toBe(204);
  });
});

describe('odd requests to the controls', () => {
  const server = shareTestServer();

  it.each<[string, string, unknown, string]>([
    ['PATCH', '/licenses/lic-demo-servers', { expiresOn: '2027-02-30' }, 'expiresOn'],
    ['PATCH', '/licenses/lic-demo-servers', { expiresOn: 5 }, 'expiresOn'],
    ['PATCH', '/licenses/lic-demo-servers', { count: -1 }, 'count'],
    ['PATCH', '/licenses/lic-demo-servers', { count: '1' }, 'count'],
    ['PATCH', '/licenses/lic-demo-servers', { features: ['A B'] }, 'features'],
    ['PATCH', '/licenses/lic-demo-servers', { isActive: 'yes' }, 'isActive'],
    ['PATCH', '/devices/srv-hub', { hubId: 'srv-hub' }, 'hubId'],
    ['PATCH', '/devices/srv-hub', { hubId: 'srv-corner' }, 'hubId'],
    ['PATCH', '/devices/srv-hub', { url: 'nowhere' }, 'url'],
    ['PATCH', '/devices/srv-hub', { name: '' }, 'name'],
    ['POST', '/approve', { userCode: 'BBBB-BBBB' }, 'deviceId'],
    ['POST', '/tokens', { deviceId: 'srv-hub', dpopJwk: { kty: 'EC' } }, 'dpopJwk'],
    ['PUT', '/faults', { mode: 'lazy' }, 'mode'],
    ['PUT', '/faults', { mode: 'error', count: 0 }, 'count'],
    ['PUT', '/faults', { mode: 'answer' }, 'on'],
    ['PUT', '/faults', { mode: 'answer', on: '/mock/state' }, 'on'],
    ['PUT', '/faults', { mode: 'answer', on: 'oauth/token' }, 'on'],
    ['PUT', '/faults', { mode: 'answer', on: '/oauth/token', status: 100 }, 'status'],
    ['PUT', '/faults', { mode: 'answer', on: '/oauth/token', status: '200' }, 'status'],
    ['PUT', '/faults', { mode: 'answer', on: '/oauth/token', headers: { a: 1 } }, 'headers'],
    ['PUT', '/faults', { mode: 'answer', on: '/oauth/token', headers: { 'a b': 'c' } }, 'headers'],
    ['PUT', '/faults', { mode: 'answer', on: '/oauth/token', headers: { a: 'b\r\nc: d' } }, 'headers'],
    ['PUT', '/faults', { mode: 'answer', on: '/oauth/token', headers: { 'Content-Length': '5' } }, 'headers'],
    ['PUT', '/faults', { mode: 'answer', on: '/oauth/token', count: 0 }, 'count'],
    ['PUT', '/faults', { mode: 'error', on: '/oauth/token' }, 'on'],
    ['PUT', '/faults', { mode: 'none', body: null }, 'body'],
  ])('are refused, with the field named: %s %s with %j', async (method, path, body, field) => {
    const answer = await server.control(method, path, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-field', field } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['POST', '/approve', { userCode: 'x', deviceId: 'y' }],
    ['POST', '/deny', { userCode: 'x' }],
    ['PATCH', '/licenses/lic-demo-servers', {}],
    ['PATCH', '/devices/srv-hub', {}],
    ['POST', '/tokens', { deviceId: 'srv-hub' }],
    ['PUT', '/faults', { mode: 'none' }],
  ])('are refused, with the field named, for an unknown field of %s %s', async (method, path, body) => {
    const answer = await server.control(method, path, { ...body, surprise: 1 });
    expect(answer).toMatchObject({ status: 400, body: { code: 'unknown-field', field: 'surprise' } });
  });

  it.each([
    ['malformed JSON', '{', 'application/json', 400],
    ['a form', 'a=b', 'application/x-www-form-urlencoded', 415],
    ['more than 16 kB', JSON.stringify({ userCode: 'x'.repeat(17_000) }), 'application/json', 413],
    ['a list', '[]', 'application/json', 400],
    ['null', 'null', 'application/json', 400],
    ['a poisoned prototype', '{"__proto__":{"userCode":"x"}}', 'application/json', 400],
  ])('are refused with a problem for a body that is %s', async (_name, body, type, status) => {
    const response = await fetch(`${server.url}/mock/deny`, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  it('are refused from pages of other sites', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    const response = await fetch(`${server.url}/mock/keys/rotate`, { method: 'POST', headers });
    expect(response.status).toBe(403);
  });
});

describe('the errors of PUT /mock/faults', () => {
  const server = shareTestServer();

  it.each<[Record<string, unknown>, string]>([
    [{ mode: 'lazy' }, 'mode must be one of none, offline, error, slow, drop-answer, clock-skew, answer'],
    [{ mode: 'answer' }, 'on is required for the mode answer: the path of an OAuth endpoint'],
    [{ mode: 'error', status: 500 }, 'status is only for the mode answer'],
    [
      { mode: 'answer', on: '/oauth/token', headers: { 'content-length': '5' } },
      'headers must not contain content-length, which this server sets',
    ],
  ])('say what is expected: %j', async (fault, detail) => {
    expect((await server.control('PUT', '/faults', fault)).body['detail']).toBe(detail);
  });

  it('list the paths that can be answered', async () => {
    const { body } = await server.control('PUT', '/faults', { mode: 'answer', on: '/oauth/tokens' });
    for (const path of ['/oauth/token', '/oauth/jwks', '/.well-known/openid-configuration']) {
      expect(body['detail']).toContain(path);
    }
  });
});

describe('POST /mock/tokens', () => {
  it('issues a license token that verifies and can be revoked', async () => {
    const server = await startTestServer();
    const { body } = await server.control('POST', '/tokens', { deviceId: 'reg-1-1', ttlSeconds: 90 });
    const keys = createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`));
    const { payload } = await jwtVerify(body['token'] as string, keys, { issuer: server.url, typ: 'at+jwt' });
    expect(payload).toMatchObject({
      sub: 'reg-1-1',
      client_id: 'pos-register',
      license: { hub: { id: 'srv-store-1' } },
    });
    expect(payload).not.toHaveProperty('cnf');
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(90);
    expect(Date.parse(body['expiresAt'] as string)).toBe((payload.exp ?? 0) * 1000);
    expect(await server.isAuthorized('reg-1-1')).toBe(true);
  });

  it('binds the token to a given public key, and refuses a private key', async () => {
    const server = await startTestServer();
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const dpopJwk = await exportJWK(publicKey);
    const { body } = await server.control('POST', '/tokens', { deviceId: 'srv-hub', dpopJwk });
    expect(decodeJwt(body['token'] as string)).toMatchObject({
      cnf: { jkt: await calculateJwkThumbprint(dpopJwk) },
    });
    const refused = await server.control('POST', '/tokens', {
      deviceId: 'srv-hub',
      dpopJwk: await exportJWK(privateKey),
    });
    expect(refused).toMatchObject({ status: 400, body: { field: 'dpopJwk' } });
  });

  it('issues an expired token, even for an expired license', async () => {
    const server = await startTestServer();
    await server.control('PATCH', '/licenses/lic-demo-servers', { expiresOn: '2020-01-01' });
    const { body } = await server.control('POST', '/tokens', { deviceId: 'srv-hub', ttlSeconds: -5 });
    const { exp, iat } = decodeJwt(body['token'] as string);
    expect(exp).toBe(Math.floor(server.clock.now().getTime() / 1000) - 5);
    expect(iat).toBeLessThan(exp ?? 0);
  });

  it('keeps the existing authorization of a device', async () => {
    const server = await startTestServer();
    const tokens = await acquire(server, await discover(server), 'srv-store-1');
    const { body } = await server.control('POST', '/tokens', { deviceId: 'srv-store-1' });
    expect(decodeJwt(body['token'] as string)['status']).toEqual(decodeJwt(tokens.access_token)['status']);
    expect((await refreshRaw(server, tokens.refresh_token)).status).toBe(200);
  });

  it('refuses an unknown device', async () => {
    const server = await startTestServer();
    expect((await server.control('POST', '/tokens', { deviceId: 'x' })).body['code']).toBe('device-unknown');
  });
});

describe('POST /mock/keys/rotate', () => {
  it('signs with a new key and keeps the old one published, even after a restart', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const before = await acquire(server, config, 'srv-store-1');
    const { body } = await server.control('POST', '/keys/rotate');
    await server.restart();
    const after = await refreshRaw(server, before.refresh_token);
    const token = after.body['access_token'] as string;
    expect(decodeProtectedHeader(token).kid).toBe(body['kid']);
    expect(decodeProtectedHeader(before.access_token).kid).not.toBe(body['kid']);
    const keys = createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`));
    for (const each of [before.access_token, token]) {
      expect((await jwtVerify(each, keys)).payload.sub).toBe('srv-store-1');
    }
  });

  it('publishes no private part of a key', async () => {
    const server = await startTestServer();
    const { body } = await server.get('/oauth/jwks');
    expect(Object.keys((body['keys'] as object[])[0] ?? {}).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'alg',
      'crv',
      'kid',
      'kty',
      'use',
      'x',
      'y',
    ]);
  });
});

describe('PUT /mock/faults', () => {
  it('offline: breaks the connections to OAuth endpoints, but not to controls and health, until it is removed', async () => {
    const server = await startTestServer();
    await server.setFault({ mode: 'offline' });
    for (const path of ['/.well-known/oauth-authorization-server', '/oauth/jwks', '/statuslists/1']) {
      await expect(server.get(path)).rejects.toThrow('fetch failed');
    }
    await expect(server.postForm('/oauth/token', {})).rejects.toThrow('fetch failed');
    expect((await server.get('/health')).status).toBe(200);
    await server.setFault({ mode: 'none' });
    expect((await server.get('/oauth/jwks')).status).toBe(200);
  });

  it('error: answers the requested number of requests with 503 and Retry-After', async () => {
    const server = await startTestServer();
    await server.setFault({ mode: 'error', count: 2, retryAfterSeconds: 7 });
    for (let request = 0; request < 2; request++) {
      const { status, body, headers } = await server.get('/oauth/jwks');
      expect([status, body, headers.get('retry-after')]).toEqual([
        503,
        { error: 'temporarily_unavailable' },
        '7',
      ]);
    }
    expect((await server.get('/oauth/jwks')).status).toBe(200);
  });

  it('slow: answers after the delay', async () => {
    const server = await startTestServer();
    await server.setFault({ mode: 'slow', delayMs: 300, count: 1 });
    const startedAt = performance.now();
    expect((await server.get('/oauth/jwks')).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(290);
  });

  it('drop-answer: does the work and drops the answer, only of successful POSTs', async () => {
    const server = await startTestServer();
    const tokens = await acquire(server, await discover(server), 'srv-store-1');
    await server.setFault({ mode: 'drop-answer', count: 1 });
    expect((await server.get('/oauth/jwks')).status).toBe(200);
    expect((await refreshRaw(server, 'nobody-issued-this')).status).toBe(400);
    await expect(refreshRaw(server, tokens.refresh_token)).rejects.toThrow('fetch failed');
    expect(server.logLines.at(-1)).toBe('license token of srv-store-1 refreshed');
    expect((await refreshRaw(server, tokens.refresh_token)).status).toBe(200);
    expect(server.logLines.at(-1)).toContain('again with an already rotated refresh token');
  });

  it.each([3600, -3600])(
    'clock-skew: shifts tokens, the check of proofs and the Date header by %i s together',
    async (skewSeconds) => {
      const server = await startTestServer();
      const config = await discover(server);
      const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
      await server.setFault({ mode: 'clock-skew', skewSeconds });
      const codes = await client.initiateDeviceAuthorization(config, {});
      await server.approve(codes.user_code, 'srv-store-1');
      const tokens = await redeem(config, codes.device_code, DPoP);
      const { iat = 0, exp = 0 } = decodeJwt(tokens.access_token);
      const skewed = server.clock.now().getTime() / 1000 + skewSeconds;
      expect(Math.abs(iat - skewed)).toBeLessThan(60);
      expect(exp - iat).toBe(604_800);
      const date = Date.parse((await server.get('/oauth/jwks')).headers.get('date') ?? '') / 1000;
      expect(Math.abs(date - skewed)).toBeLessThan(60);
      await server.setFault({ mode: 'none' });
      const real = Date.parse((await server.get('/oauth/jwks')).headers.get('date') ?? '');
      expect(Math.abs(real - Date.now())).toBeLessThan(60_000);
    },
  );

  it('clock-skew: checks a proof without a nonce by the skewed clock', async () => {
    const server = await startTestServer({ dpop: 'on' });
    const config = await discover(server);
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    await server.setFault({ mode: 'clock-skew', skewSeconds: 3600 });
    expect(await oauthErrorOf(acquire(server, config, 'srv-store-1', DPoP))).toBe('invalid_dpop_proof');
  });

  it('answer: replaces the answers of one path, as often as requested, without doing the work', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const tokens = await acquire(server, config, 'srv-store-1');
    const body = { error: 'invalid_grant', error_description: 'half a \ud83d pair', extra: [1, null] };
    await server.setFault({ mode: 'answer', on: '/oauth/token', status: 429, body, count: 2 });
    expect((await server.get('/oauth/jwks')).body).toHaveProperty('keys');
    for (let request = 0; request < 2; request++) {
      const answer = await refreshRaw(server, tokens.refresh_token);
      expect(answer).toMatchObject({ status: 429, body });
    }
    const next = await refreshRaw(server, tokens.refresh_token);
    expect(next.status).toBe(200);
    expect(server.logLines.at(-1)).toBe('license token of srv-store-1 refreshed');
  });

  it('answer: sends status, headers and a text as they are', async () => {
    const server = await startTestServer();
    const headers = {
      'content-type': 'Application/JSON',
      'Retry-After': '8',
      'cache-control': 'max-age=60',
      date: 'Thu, 01 Jan 1970 00:00:00 GMT',
    };
    await server.setFault({ mode: 'answer', on: '/oauth/jwks', status: 203, headers, body: '{"keys": [ ' });
    const response = await fetch(`${server.url}/oauth/jwks?cache=1`);
    expect([response.status, await response.text()]).toEqual([203, '{"keys": [ ']);
    expect(response.headers.get('content-type')).toBe('Application/JSON');
    expect(response.headers.get('retry-after')).toBe('8');
    expect(response.headers.get('cache-control')).toBe('max-age=60');
    expect(response.headers.get('date')).toBe('Thu, 01 Jan 1970 00:00:00 GMT');
  });

  it.each([
    ['JSON', { a: 1 }, '{"a":1}', 'application/json'],
    ['null', null, 'null', 'application/json'],
    ['a number', 5, '5', 'application/json'],
    ['a text', '<p>', '<p>', 'text/plain; charset=utf-8'],
    ['an empty text', '', '', 'text/plain; charset=utf-8'],
    ['nothing', undefined, '', null],
  ])('answer: answers 200 with %s', async (_name, body, text, type) => {
    const server = await startTestServer();
    await server.setFault({ mode: 'answer', on: '/statuslists/1', ...(body !== undefined && { body }) });
    const response = await fetch(`${server.url}/statuslists/1`);
    expect([response.status, await response.text()]).toEqual([200, text]);
    expect(response.headers.get('content-type')).toBe(type);
  });

  it('answer: lasts until it is removed if there is no count', async () => {
    const server = await startTestServer();
    const path = '/.well-known/oauth-authorization-server';
    await server.setFault({ mode: 'answer', on: path, status: 302, headers: { location: '/login' } });
    for (let request = 0; request < 3; request++) {
      const response = await fetch(server.url + path, { redirect: 'manual' });
      expect([response.status, response.headers.get('location')]).toEqual([302, '/login']);
    }
    await server.setFault({ mode: 'none' });
    expect((await server.get(path)).body['issuer']).toBe(server.url);
  });

  it('answer: sends a body of a megabyte', async () => {
    const server = await startTestServer();
    const body = { error: 'invalid_grant', error_description: 'x'.repeat(1_200_000) };
    await server.setFault({ mode: 'answer', on: '/oauth/token', status: 400, body, count: 1 });
    expect((await refreshRaw(server, 'any')).body).toEqual(body);
  });

  it.each([204, 304])('answer: answers %i without a body', async (status) => {
    const server = await startTestServer();
    await server.setFault({ mode: 'answer', on: '/oauth/jwks', status, body: 'unsent', count: 1 });
    const response = await fetch(`${server.url}/oauth/jwks`);
    expect([response.status, await response.text()]).toEqual([status, '']);
    expect((await server.get('/oauth/jwks')).status).toBe(200);
  });
});
