import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { describe, expect, it } from 'vitest';
import type { TestServer } from './support/start-test-server.js';
import { startTestServer } from './support/start-test-server.js';
import type { Tokens } from './support/test-client.js';
import { acquire, discover, oauthErrorOf, refreshRaw } from './support/test-client.js';

async function acquireStore(server: TestServer): Promise<Tokens> {
  return acquire(server, await discover(server), 'srv-store-1');
}

/** Refreshes and returns the next refresh token, which is the same if the server does not rotate. */
async function refresh(server: TestServer, refreshToken: string): Promise<string> {
  const { status, body } = await refreshRaw(server, refreshToken);
  if (status !== 200) throw new Error(`refresh answered ${status}: ${JSON.stringify(body)}`);
  return (body['refresh_token'] as string | undefined) ?? refreshToken;
}

async function errorOf(server: TestServer, refreshToken: string): Promise<unknown> {
  return (await refreshRaw(server, refreshToken)).body['error'] ?? 'no error';
}

describe('refresh with rotation', () => {
  it('issues a new license token and a new refresh token to openid-client', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const first = await acquire(server, config, 'srv-store-1');
    server.clock.advanceSeconds(60);
    const second = await client.refreshTokenGrant(config, first.refresh_token);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((decodeJwt(second.access_token).iat ?? 0) - (decodeJwt(first.access_token).iat ?? 0)).toBe(60);
    expect(decodeJwt(second.access_token)['status']).toEqual(decodeJwt(first.access_token)['status']);
  });

  it('puts changed terms into the next license token', async () => {
    const server = await startTestServer();
    const tokens = await acquireStore(server);
    await server.control('PATCH', '/licenses/lic-demo-servers', {
      expiresOn: '2999-02-28',
      features: ['xms', 'loyalty'],
    });
    await server.control('PATCH', '/devices/srv-store-1', { name: 'Store One', hubId: null, url: null });
    const { body } = await refreshRaw(server, tokens.refresh_token);
    expect(decodeJwt(body['access_token'] as string)).toMatchObject({
      device: { name: 'Store One', url: null },
      license: { features: ['xms', 'loyalty'], renewal_date: '2999-02-28T23:59:59Z', hub: null },
    });
  });

  it('accepts a refresh token after 364 days without use, and refuses it after 365', async () => {
    const server = await startTestServer();
    const first = await acquireStore(server);
    await server.control('PATCH', '/licenses/lic-demo-servers', { expiresOn: null });
    server.clock.advanceSeconds(364 * 86_400);
    const second = await refresh(server, first.refresh_token);
    server.clock.advanceSeconds(365 * 86_400);
    expect(await errorOf(server, second)).toBe('invalid_grant');
  });

  it('refuses unknown refresh tokens and those of another client', async () => {
    const server = await startTestServer();
    const tokens = await acquireStore(server);
    expect(await errorOf(server, 'nobody-issued-this')).toBe('invalid_grant');
    const register = await discover(server, 'pos-register');
    expect(await oauthErrorOf(client.refreshTokenGrant(register, tokens.refresh_token))).toBe(
      'invalid_grant',
    );
    expect(await errorOf(server, tokens.refresh_token)).toBe('no error');
  });

  it('refuses every refresh after the authorization was removed', async () => {
    const server = await startTestServer();
    const tokens = await acquireStore(server);
    expect((await server.control('DELETE', '/devices/srv-store-1/authorization')).status).toBe(204);
    expect(await errorOf(server, tokens.refresh_token)).toBe('invalid_grant');
    expect(await server.isAuthorized('srv-store-1')).toBe(false);
  });

  it.each([
    ['expired', { expiresOn: '2020-01-01' }, { expiresOn: null }],
    ['inactive', { isActive: false }, { isActive: true }],
    ['used-up', { count: 0 }, { count: 5 }],
  ])(
    'answers access_denied with the refusal %s and keeps the refresh token valid',
    async (licenseRefusal, bad, good) => {
      const server = await startTestServer({ refreshGrace: 0 });
      const tokens = await acquireStore(server);
      await server.control('PATCH', '/licenses/lic-demo-servers', bad);
      for (let attempt = 0; attempt < 3; attempt++) {
        const { status, body } = await refreshRaw(server, tokens.refresh_token);
        expect(status).toBe(400);
        expect(body).toMatchObject({ error: 'access_denied', license_refusal: licenseRefusal });
      }
      await server.control('PATCH', '/licenses/lic-demo-servers', good);
      expect(await errorOf(server, tokens.refresh_token)).toBe('no error');
    },
  );

  it.each([
    [-1, 'no error'],
    [0, 'access_denied'],
    [1, 'access_denied'],
  ])('answers a refresh %i ms from the end of the license: %s', async (offsetMs, outcome) => {
    const server = await startTestServer();
    const tokens = await acquireStore(server);
    const expiresOn = new Date(server.clock.now().getTime() + 60_000).toISOString();
    await server.control('PATCH', '/licenses/lic-demo-servers', { expiresOn });
    server.clock.advanceMs(60_000 + offsetMs);
    expect(await errorOf(server, tokens.refresh_token)).toBe(outcome);
  });
});

describe('REFRESH_GRACE until-used', () => {
  it('accepts the predecessor repeatedly until a successor is used', async () => {
    const server = await startTestServer();
    const { refresh_token: first } = await acquireStore(server);
    const lost = await refresh(server, first);
    server.clock.advanceSeconds(90 * 86_400);
    const alsoLost = await refresh(server, first);
    const arrived = await refresh(server, first);
    expect(new Set([lost, alsoLost, arrived]).size).toBe(3);
    expect(await errorOf(server, arrived)).toBe('no error');
  });

  it('ends the family when the predecessor is presented after its successor was used', async () => {
    const server = await startTestServer();
    const { refresh_token: first } = await acquireStore(server);
    const second = await refresh(server, first);
    const third = await refresh(server, second);
    expect(await errorOf(server, first)).toBe('invalid_grant');
    expect(await errorOf(server, third)).toBe('invalid_grant');
    expect(server.logLines.join('\n')).toContain('refresh token of srv-store-1 replayed');
  });

  it('ends the family when a lost successor is presented after its sibling was used', async () => {
    const server = await startTestServer();
    const { refresh_token: first } = await acquireStore(server);
    const lost = await refresh(server, first);
    const third = await refresh(server, await refresh(server, first));
    expect(await errorOf(server, lost)).toBe('invalid_grant');
    expect(await errorOf(server, third)).toBe('invalid_grant');
  });

  it('allows another authorization of a device whose family has ended', async () => {
    const server = await startTestServer();
    const { refresh_token: first } = await acquireStore(server);
    await refresh(server, await refresh(server, first));
    expect(await errorOf(server, first)).toBe('invalid_grant');
    const again = await acquireStore(server);
    expect(await errorOf(server, again.refresh_token)).toBe('no error');
  });
});

describe('REFRESH_GRACE 0', () => {
  it('ends the family at the first replay', async () => {
    const server = await startTestServer({ refreshGrace: 0 });
    const { refresh_token: first } = await acquireStore(server);
    const second = await refresh(server, first);
    expect(await errorOf(server, first)).toBe('invalid_grant');
    expect(await errorOf(server, second)).toBe('invalid_grant');
  });

  it('accepts exactly one of four concurrent refreshes', async () => {
    const server = await startTestServer({ refreshGrace: 0 });
    const { refresh_token: first } = await acquireStore(server);
    const errors = await Promise.all(Array.from({ length: 4 }, async () => errorOf(server, first)));
    expect(errors.filter((error) => error === 'no error')).toHaveLength(1);
    expect(errors.filter((error) => error === 'invalid_grant')).toHaveLength(3);
  });
});

describe('REFRESH_GRACE with a duration', () => {
  it.each([
    [-1, 'no error'],
    [0, 'invalid_grant'],
    [1, 'invalid_grant'],
  ])('counts from the first rotation, %i ms from its end: %s', async (offsetMs, outcome) => {
    const server = await startTestServer({ refreshGrace: 30_000 });
    const { refresh_token: first } = await acquireStore(server);
    await refresh(server, first);
    server.clock.advanceMs(20_000);
    await refresh(server, first);
    server.clock.advanceMs(10_000 + offsetMs);
    expect(await errorOf(server, first)).toBe(outcome);
  });

  it('ends early when a successor is used', async () => {
    const server = await startTestServer({ refreshGrace: 30_000 });
    const { refresh_token: first } = await acquireStore(server);
    await refresh(server, await refresh(server, first));
    expect(await errorOf(server, first)).toBe('invalid_grant');
  });
});

describe('REFRESH_ROTATION off', () => {
  it('keeps the refresh token and sends no new one', async () => {
    const server = await startTestServer({ isRefreshRotated: false, refreshGrace: 0 });
    const { refresh_token: only } = await acquireStore(server);
    for (let attempt = 0; attempt < 3; attempt++) {
      const { status, body } = await refreshRaw(server, only);
      expect(status).toBe(200);
      expect(body).not.toHaveProperty('refresh_token');
    }
  });

  it('can be switched in both directions between two refreshes', async () => {
    const server = await startTestServer({ refreshGrace: 0 });
    const { refresh_token: first } = await acquireStore(server);
    await server.restart({ isRefreshRotated: false });
    expect(await refresh(server, first)).toBe(first);
    await server.restart({ isRefreshRotated: true });
    const second = await refresh(server, first);
    expect(second).not.toBe(first);
    expect(await errorOf(server, first)).toBe('invalid_grant');
  });
});
