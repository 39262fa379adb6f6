import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { inflateSync } from 'node:zlib';
import * as client from 'openid-client';
import { describe, expect, it } from 'vitest';
import type { TestServer } from './support/start-test-server.js';
import { startTestServer } from './support/start-test-server.js';
import { acquire, discover, oauthErrorOf } from './support/test-client.js';

/** Fetches the status list as a resource server does, and returns a function from an index to its status. */
async function fetchStatuses(server: TestServer): Promise<(index: number) => number> {
  const response = await fetch(`${server.url}/statuslists/1`);
  expect(response.headers.get('content-type')).toBe('application/statuslist+jwt');
  const keys = createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`));
  const { payload } = await jwtVerify(await response.text(), keys, { typ: 'statuslist+jwt' });
  expect(payload).toMatchObject({ sub: `${server.url}/statuslists/1`, status_list: { bits: 1 } });
  const { lst } = payload['status_list'] as { lst: string };
  const bytes = inflateSync(Buffer.from(lst, 'base64url'));
  return (index) => ((bytes[index >> 3] ?? 0) >> (index & 7)) & 1;
}

function statusIndexOf(token: string): number {
  const status = decodeJwt(token)['status'] as { status_list: { idx: number } };
  return status.status_list.idx;
}

describe('revocation', () => {
  it.each(['refresh_token', 'access_token'] as const)(
    'with the %s ends the whole authorization of the device',
    async (kind) => {
      const server = await startTestServer();
      const config = await discover(server);
      const tokens = await acquire(server, config, 'srv-store-1');
      await client.tokenRevocation(config, tokens[kind]);
      expect(await oauthErrorOf(client.refreshTokenGrant(config, tokens.refresh_token))).toBe(
        'invalid_grant',
      );
      expect(await server.isAuthorized('srv-store-1')).toBe(false);
      expect((await fetchStatuses(server))(statusIndexOf(tokens.access_token))).toBe(1);
    },
  );

  it('works with a refresh token that was rotated, because the answer may have been lost', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const tokens = await acquire(server, config, 'srv-store-1');
    await client.refreshTokenGrant(config, tokens.refresh_token);
    await client.tokenRevocation(config, tokens.refresh_token);
    expect(await server.isAuthorized('srv-store-1')).toBe(false);
  });

  it('of a token of a replaced authorization revokes its tokens and does not end the current one', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const old = await acquire(server, config, 'srv-store-1');
    const current = await acquire(server, config, 'srv-store-1');
    await client.tokenRevocation(config, old.refresh_token);
    expect((await client.refreshTokenGrant(config, current.refresh_token)).access_token).toBeTypeOf('string');
    expect(await client.tokenIntrospection(config, old.access_token)).toEqual({ active: false });
    const statuses = await fetchStatuses(server);
    expect(statuses(statusIndexOf(old.access_token))).toBe(1);
    expect(statuses(statusIndexOf(current.access_token))).toBe(0);
  });

  it("of an unknown token succeeds, and of another client's token fails", async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const tokens = await acquire(server, config, 'srv-store-1');
    await client.tokenRevocation(config, 'nobody-issued-this');
    const register = await discover(server, 'pos-register');
    expect(await oauthErrorOf(client.tokenRevocation(register, tokens.refresh_token))).toBe('invalid_grant');
    expect(await server.isAuthorized('srv-store-1')).toBe(true);
  });
});

describe('introspection', () => {
  it('describes a valid refresh token and changes nothing', async () => {
    const server = await startTestServer({ refreshGrace: 0 });
    const config = await discover(server);
    const tokens = await acquire(server, config, 'srv-store-1');
    const reported = await client.tokenIntrospection(config, tokens.refresh_token);
    expect(reported).toMatchObject({
      active: true,
      sub: 'srv-store-1',
      client_id: 'pos-server',
      iss: server.url,
    });
    expect((await client.refreshTokenGrant(config, tokens.refresh_token)).access_token).toBeTypeOf('string');
    expect(await client.tokenIntrospection(config, tokens.refresh_token)).toEqual({ active: false });
  });

  it('returns the key thumbprint of a bound refresh token', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const tokens = await acquire(server, config, 'srv-store-1', DPoP);
    const { cnf } = decodeJwt(tokens.access_token);
    expect(await client.tokenIntrospection(config, tokens.refresh_token)).toMatchObject({
      active: true,
      cnf,
    });
    expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({
      token_type: 'DPoP',
      cnf,
    });
  });

  it('describes a license token to both clients until it expires', async () => {
    const server = await startTestServer({ tokenTtlSeconds: 60 });
    const config = await discover(server);
    const tokens = await acquire(server, config, 'srv-store-1');
    const register = await discover(server, 'pos-register');
    const reported = await client.tokenIntrospection(register, tokens.access_token);
    expect(reported).toMatchObject({ active: true, token_type: 'Bearer', ...decodeJwt(tokens.access_token) });
    server.clock.advanceSeconds(61);
    expect(await client.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
  });

  it('answers only inactive for a token that is unknown, forged, revoked or of another client', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const tokens = await acquire(server, config, 'srv-store-1');
    const register = await discover(server, 'pos-register');
    expect(await client.tokenIntrospection(register, tokens.refresh_token)).toEqual({ active: false });
    expect(await client.tokenIntrospection(config, 'nobody-issued-this')).toEqual({ active: false });
    const [header, , signature] = tokens.access_token.split('.');
    const claims = Buffer.from(JSON.stringify({ ...decodeJwt(tokens.access_token), sub: 'srv-hub' }));
    const forged = `${header}.${claims.toString('base64url')}.${signature}`;
    expect(await client.tokenIntrospection(config, forged)).toEqual({ active: false });
    await server.control('DELETE', '/devices/srv-store-1/authorization');
    expect(await client.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
    expect(await client.tokenIntrospection(config, tokens.refresh_token)).toEqual({ active: false });
  });
});

describe('Token Status List', () => {
  it('sets exactly the bit of the ended authorization, and the next authorization has its own bit', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const other = statusIndexOf((await acquire(server, config, 'srv-hub')).access_token);
    const first = statusIndexOf((await acquire(server, config, 'srv-store-1')).access_token);
    const before = await fetchStatuses(server);
    expect([before(other), before(first)]).toEqual([0, 0]);
    await server.control('DELETE', '/devices/srv-store-1/authorization');
    const second = statusIndexOf((await acquire(server, config, 'srv-store-1')).access_token);
    const after = await fetchStatuses(server);
    expect(second).not.toBe(first);
    expect([after(other), after(first), after(second)]).toEqual([0, 1, 0]);
  });

  it('keeps the bit clear when a replayed refresh token has ended the grant', async () => {
    const server = await startTestServer({ refreshGrace: 0 });
    const config = await discover(server);
    const tokens = await acquire(server, config, 'srv-store-1');
    const next = await client.refreshTokenGrant(config, tokens.refresh_token);
    for (const refreshToken of [tokens.refresh_token, next.refresh_token ?? '']) {
      expect(await oauthErrorOf(client.refreshTokenGrant(config, refreshToken))).toBe('invalid_grant');
    }
    for (const token of [tokens.access_token, next.access_token]) {
      expect((await fetchStatuses(server))(statusIndexOf(token))).toBe(0);
      expect(await client.tokenIntrospection(config, token)).toMatchObject({ active: true });
    }
    expect(await client.tokenIntrospection(config, next.refresh_token ?? '')).toEqual({ active: false });
  });

  it('keeps the bit clear when the device is authorized again', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const old = statusIndexOf((await acquire(server, config, 'srv-store-1')).access_token);
    const current = statusIndexOf((await acquire(server, config, 'srv-store-1')).access_token);
    const statuses = await fetchStatuses(server);
    expect([statuses(old), statuses(current)]).toEqual([0, 0]);
  });

  it.each(['replayed', 'replaced'])(
    'sets the bit of a %s grant when the authorization is removed',
    async (how) => {
      const server = await startTestServer({ refreshGrace: 0 });
      const config = await discover(server);
      const old = await acquire(server, config, 'srv-store-1');
      if (how === 'replaced') await acquire(server, config, 'srv-store-1');
      else {
        await client.refreshTokenGrant(config, old.refresh_token);
        expect(await oauthErrorOf(client.refreshTokenGrant(config, old.refresh_token))).toBe('invalid_grant');
      }
      expect(await client.tokenIntrospection(config, old.access_token)).toMatchObject({ active: true });
      await server.control('DELETE', '/devices/srv-store-1/authorization');
      expect((await fetchStatuses(server))(statusIndexOf(old.access_token))).toBe(1);
      expect(await client.tokenIntrospection(config, old.access_token)).toEqual({ active: false });
    },
  );

  it('is offered in the metadata', async () => {
    const server = await startTestServer();
    const { body } = await server.get('/.well-known/oauth-authorization-server');
    expect(body['status_list_aggregation_endpoint']).toBe(`${server.url}/statuslists`);
    expect((await server.get('/statuslists')).body).toEqual({
      status_lists: [`${server.url}/statuslists/1`],
    });
  });
});
