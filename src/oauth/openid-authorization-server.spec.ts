import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { exportJWK, generateKeyPair, importPKCS8, type JWK, UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type FakeAuthorizationServer,
  type Misbehavior,
  signToken,
  startFakeAuthorizationServer,
} from '../../test/support/fake-authorization-server.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { findFreePort } from '../../test/support/find-free-port.js';
import { readableRenewalDates, unreadableRenewalDates } from '../../test/support/renewal-dates.js';
import { loadSettings } from '../config/load-settings.js';
import type { GrantSecrets } from '../domain/ports/authorization-server.js';
import { generateDpopKey } from './dpop-key.js';
import { OAuthSessions } from './oauth-session.js';
import { OpenidAuthorizationServer } from './openid-authorization-server.js';

const clock = new FakeClock();
const onNewRefreshToken = vi.fn<(refreshToken: string) => Promise<void>>();
const expected = { serverId: 'srv-1', organizationId: 'org-1' };
const metadataPath = '/.well-known/oauth-authorization-server';
/** Serves the metadata only at the OpenID Connect address. */
async function moveMetadata(more: object = {}): Promise<void> {
  const metadata = (await (await fetch(fake.url + metadataPath)).json()) as object;
  fake.misbehave({
    answers: {
      [metadataPath]: { status: 404 },
      '/.well-known/openid-configuration': {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...metadata, ...more }),
      },
    },
  });
}

const html = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<html>Log in to the guest network',
};

let fake: FakeAuthorizationServer;
let adapter: OpenidAuthorizationServer;
let dpopKey: JWK;

beforeEach(async () => {
  fake = await startFakeAuthorizationServer();
  adapter = connect(fake.url);
  dpopKey = await generateDpopKey();
  onNewRefreshToken.mockReset().mockResolvedValue();
});

afterEach(() => fake.stop());

function connect(url: string): OpenidAuthorizationServer {
  return new OpenidAuthorizationServer(new OAuthSessions(loadSettings({ AUTH_SERVER_URL: url })), clock);
}

function secrets(): GrantSecrets {
  return { accessToken: 'old', refreshToken: 'refresh-1', dpopKey };
}

function oauthError(error: string, more: object = {}, status = 400): Misbehavior {
  const body = JSON.stringify({ error, ...more });
  return { answers: { '/token': { status, headers: { 'content-type': 'application/json' }, body } } };
}

function busyUntil(atMs: number): Misbehavior {
  const headers = { 'retry-after': new Date(atMs).toUTCString() };
  return { answers: { '/token': { status: 503, headers } } };
}

const now = Math.floor(Date.now() / 1000);
const otherKey = await generateKeyPair('ES256');
const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Otherwise valid answers with one fault each, and the text that the refusal must contain. */
const unacceptable: readonly { what: string; fault: Misbehavior; says: RegExp }[] = [
  { what: 'another issuer', fault: { claims: { iss: 'https://evil.example' } }, says: /"iss"/ },
  { what: 'no issuer', fault: { claims: { iss: undefined } }, says: /"iss"/ },
  { what: "another organization's audience", fault: { claims: { aud: 'urn:pos:org-2' } }, says: /"aud"/ },
  { what: 'no audience', fault: { claims: { aud: undefined } }, says: /"aud"/ },
  { what: 'a device id with a space', fault: { claims: { sub: 'store.12 north' } }, says: /"sub" must be/ },
  { what: 'another client', fault: { claims: { client_id: 'pos-register' } }, says: /"client_id"/ },
  { what: 'no time of issue', fault: { claims: { iat: undefined } }, says: /"iat"/ },
  { what: 'no expiry', fault: { claims: { exp: undefined } }, says: /"exp"/ },
  { what: 'an expiry before its issue', fault: { claims: { iat: now, exp: now - 3600 } }, says: /"exp"/ },
  { what: 'an expiry at its issue', fault: { claims: { iat: now, exp: now } }, says: /"exp"/ },
  {
    what: 'a start in an hour',
    fault: { claims: { nbf: now + 3000 } },
    says: /"nbf" must be at most 10 min/,
  },
  {
    what: 'a start in the far future',
    fault: { claims: { nbf: 253_402_300_799 } },
    says: /"nbf" must be at/,
  },
  { what: 'a start in milliseconds', fault: { claims: { nbf: now * 1e3 } }, says: /"nbf" must be a number/ },
  { what: 'a start that is a text', fault: { claims: { nbf: `${now}` } }, says: /"nbf" must be a number/ },
  {
    what: 'a start in an hour, without a Date',
    fault: { claims: { nbf: now + 3000 }, headers: { date: 'never' } },
    says: /"nbf" must be at most 10 minutes after "iat"/,
  },
  { what: 'the generic JWT type', fault: { header: { typ: 'JWT' } }, says: /"typ"/ },
  { what: 'no type', fault: { header: { typ: undefined } }, says: /"typ"/ },
  { what: 'an unknown key', fault: { header: { kid: 'unknown' } }, says: /key/ },
  { what: 'no organization', fault: { claims: { organization: undefined } }, says: /organization|"aud"/ },
  { what: 'no device id', fault: { claims: { sub: undefined } }, says: /"sub" is required/ },
  { what: 'no license', fault: { claims: { license: undefined } }, says: /license/ },
  {
    what: 'features that are not a list',
    fault: { claims: { license: { features: [1] } } },
    says: /license\.features/,
  },
  {
    what: 'an invalid renewal date',
    fault: { claims: { license: { features: [], renewal_date: 'soon' } } },
    says: /license\.renewal_date/,
  },
  {
    what: 'an expiry in microseconds',
    fault: { claims: { exp: (now + 3600) * 1e6 } },
    says: /"exp" must be/,
  },
  {
    what: 'an expiry in milliseconds',
    fault: { claims: { exp: (now + 3600) * 1e3 } },
    says: /"exp" must be/,
  },
  {
    what: 'both instants in microseconds',
    fault: { claims: { iat: now * 1e6, exp: (now + 3600) * 1e6 } },
    says: /"iat" must be/,
  },
  { what: 'no binding to a key', fault: { claims: { cnf: undefined } }, says: /"cnf\.jkt"/ },
  { what: 'a binding to another key', fault: { claims: { cnf: { jkt: 'other' } } }, says: /"cnf\.jkt"/ },
  { what: 'a bearer token', fault: { tokenResponse: { token_type: 'Bearer' } }, says: /must be DPoP/ },
  {
    what: 'no signature',
    fault: { makeToken: (claims) => new UnsecuredJWT({ ...claims }).encode() },
    says: /"alg"|alg/i,
  },
  {
    what: 'a signature with the public key as a shared secret',
    fault: {
      makeToken: (claims, header, key) =>
        signToken(claims, { ...header, alg: 'HS256' }, Buffer.from(JSON.stringify(key).padEnd(32))),
    },
    says: /"alg"/,
  },
  {
    what: 'an RSA signature',
    fault: {
      makeToken: async (claims, header) => {
        const pem = rsaKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
        return signToken(claims, { ...header, alg: 'RS256' }, await importPKCS8(pem, 'RS256'));
      },
    },
    says: /"alg"/,
  },
  {
    what: 'the signature of a foreign key under a published key id',
    fault: { makeToken: (claims, header) => signToken(claims, header, otherKey.privateKey) },
    says: /signature/,
  },
  {
    what: 'a foreign key in the token header',
    fault: {
      makeToken: async (claims, header) => {
        const jwk = await exportJWK(otherKey.publicKey);
        const lure = { ...header, jwk, jku: 'https://evil.example/jwks', x5u: 'https://evil.example/x5u' };
        return signToken(claims, lure, otherKey.privateKey);
      },
    },
    says: /signature/,
  },
  { what: 'a token that is not a JWT', fault: { tokenResponse: { access_token: 'opaque' } }, says: /JWT/ },
  { what: 'no token', fault: { tokenResponse: { access_token: undefined } }, says: /access_token/ },
];

describe('an unacceptable license token', () => {
  it.each(unreadableRenewalDates.map((claim) => [claim]))(
    'is rejected when acquired and when refreshed: renewal date %j',
    async (claim) => {
      fake.misbehave({ claims: { license: { features: [], renewal_date: claim } } });
      const refusal = {
        code: 'authorization-server-unsuitable',
        message: expect.stringMatching(/license\.renewal_date/),
      };
      expect(await adapter.redeemDeviceCode('code', dpopKey)).toMatchObject({ kind: 'refused', ...refusal });
      expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
        kind: 'unreachable',
        ...refusal,
      });
    },
  );

  it.each(unacceptable)('is rejected when acquired and when refreshed: $what', async ({ fault, says }) => {
    fake.misbehave(fault);
    const refusal = { code: 'authorization-server-unsuitable', message: expect.stringMatching(says) };
    // The device code is spent, so its grant is revoked.
    expect(await adapter.redeemDeviceCode('code', dpopKey)).toMatchObject({
      kind: 'refused',
      ...refusal,
      secrets: { refreshToken: expect.any(String), dpopKey },
    });
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
      kind: 'unreachable',
      status: 502,
      ...refusal,
      isConclusive: false,
    });
  });

  it.each([
    {
      what: 'another server',
      claims: { sub: 'srv-2', device: { id: 'srv-2', name: 'Server 2', kind: 'server' } },
    },
    {
      what: 'another organization',
      claims: { aud: 'urn:pos:org-2', organization: { id: 'org-2', name: 'Organization 2' } },
    },
  ])('is rejected at a refresh: issued for $what', async ({ claims }) => {
    fake.misbehave({ claims });
    expect(await adapter.redeemDeviceCode('code', dpopKey)).toMatchObject({ kind: 'granted' });
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
      kind: 'unreachable',
      status: 502,
      message: expect.stringMatching(/another server or organization/),
    });
  });

  it('is rejected for a register, and its grant is returned for revocation', async () => {
    fake.misbehave({ claims: { device: { id: 'srv-1', name: 'Till 1', kind: 'register' } } });
    expect(await adapter.redeemDeviceCode('code', dpopKey)).toMatchObject({
      kind: 'refused',
      code: 'wrong-device-kind',
      message: expect.stringMatching(/"Till 1" is a register: choose a server/),
      secrets: { refreshToken: expect.any(String) },
    });
  });

  it('needs a refresh token at the first grant only', async () => {
    fake.misbehave({ tokenResponse: { refresh_token: undefined } });
    expect(await adapter.redeemDeviceCode('code', dpopKey)).toMatchObject({
      kind: 'refused',
      code: 'authorization-server-unsuitable',
      message: expect.stringMatching(/no refresh token.*offline_access/),
      secrets: null,
    });
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
      kind: 'granted',
      secrets: { refreshToken: 'refresh-1' },
    });
  });
});

/** Answers with an unusable access token, otherwise valid. */
const uselessAnswers: readonly { what: string; fault: Misbehavior }[] = [
  ...unacceptable,
  { what: 'no type of token', fault: { tokenResponse: { token_type: undefined } } },
  { what: 'an unknown type of token', fault: { tokenResponse: { token_type: 'mac' } } },
  { what: 'a token that is null', fault: { tokenResponse: { access_token: null } } },
  { what: 'a token that is a number', fault: { tokenResponse: { access_token: 1 } } },
  { what: 'a scope that is a number', fault: { tokenResponse: { scope: 5 } } },
  { what: 'a lifetime that is an object', fault: { tokenResponse: { expires_in: {} } } },
];

describe('a new refresh token', () => {
  it.each(uselessAnswers)(
    'is passed on although the rest of the answer is unusable: $what',
    async ({ fault }) => {
      fake.misbehave({ ...fault, tokenResponse: { ...fault.tokenResponse, refresh_token: 'refresh-2' } });
      expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
        kind: 'unreachable',
        isConclusive: false,
      });
      expect(onNewRefreshToken.mock.calls).toEqual([['refresh-2']]);
    },
  );

  it('is stored before the license token is verified, which may need a request for keys', async () => {
    await adapter.findUserPortal();
    fake.rotateKey();
    onNewRefreshToken.mockImplementation(async () => {
      fake.misbehave({ answers: { '/jwks': { status: 503 } } });
    });
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/JSON Web Key Set/),
    });
    expect(onNewRefreshToken).toHaveBeenCalledTimes(1);

    // The next token triggers another request for keys.
    onNewRefreshToken.mockReset().mockResolvedValue();
    fake.misbehave();
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({ kind: 'granted' });
  });

  it.each([
    { what: 'none', member: undefined },
    { what: 'null', member: null },
    { what: 'the one that was sent', member: 'refresh-1' },
  ])('is not passed on if the answer has $what', async ({ member }) => {
    fake.misbehave({ tokenResponse: { refresh_token: member } });
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
      kind: 'granted',
      secrets: { refreshToken: 'refresh-1' },
    });
    expect(onNewRefreshToken).not.toHaveBeenCalled();
  });

  it('is not read from an error answer', async () => {
    fake.misbehave(oauthError('invalid_grant', { refresh_token: 'refresh-2' }));
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
      kind: 'grant-dead',
    });
    expect(onNewRefreshToken).not.toHaveBeenCalled();
  });
});

describe('an acceptable license token', () => {
  it.each(readableRenewalDates)('has the renewal date %j, read as %s', async (claim, instant) => {
    fake.misbehave({ claims: { license: { features: [], renewal_date: claim } } });
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
      grant: { license: { terms: { renewalDate: new Date(instant) } } },
    });
  });

  it.each(['id_token', 'scope', 'expires_in', 'refresh_token', 'issued_token_type'])(
    'is accepted although "%s" in the answer is null',
    async (member) => {
      fake.misbehave({ tokenResponse: { [member]: null } });
      expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
        kind: 'granted',
      });
    },
  );

  it('is accepted although an unrequested ID token in the answer is invalid', async () => {
    fake.misbehave({ tokenResponse: { id_token: 'e30.e30.e30' } });
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({ kind: 'granted' });
    expect(await adapter.redeemDeviceCode('code', dpopKey)).toMatchObject({ kind: 'granted' });
  });

  it('has long names cut, and the id in place of a null name', async () => {
    const license = { features: [], hub: { id: 'hub', name: null } };
    const device = { id: 'srv-1', name: 'n'.repeat(257), kind: 'server' };
    fake.misbehave({ claims: { organization: { id: 'org-1', name: null }, device, license } });
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
      kind: 'granted',
      grant: {
        identity: { serverName: 'n'.repeat(256), organization: { id: 'org-1', name: 'org-1' } },
        license: { terms: { hub: { id: 'hub', name: 'hub', url: null } } },
      },
    });
  });

  it('may have fractional seconds in its instants', async () => {
    fake.misbehave({ claims: { iat: now + 0.25, nbf: now + 0.25, exp: now + 60.5 } });
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
      grant: { license: { token: { expiresAt: new Date((now + 60.5) * 1000) } } },
    });
  });

  it('contains the identity, the terms and the token lifetime', async () => {
    const hub = { id: 'hub', name: 'Head office', url: 'https://hub.example' };
    const license = { features: ['xms', 'a'], renewal_date: '2027-06-30T23:59:59Z', hub };
    fake.misbehave({ claims: { iat: now, exp: now + 60, license } });
    expect(await adapter.redeemDeviceCode('code', dpopKey)).toMatchObject({
      kind: 'granted',
      grant: {
        identity: {
          serverId: 'srv-1',
          serverName: 'Server 1',
          organization: { id: 'org-1', name: 'Organization 1' },
        },
        license: {
          terms: { features: ['xms', 'a'], renewalDate: new Date('2027-06-30T23:59:59Z'), hub },
          token: {
            issuedAt: new Date(now * 1000),
            expiresAt: new Date((now + 60) * 1000),
            receivedAt: clock.now(),
          },
        },
      },
      secrets: { dpopKey },
    });
  });

  it.each([-90_000, -3600, 3600, 90_000])(
    'is accepted from a server whose clock is off by %i s',
    async (skewSeconds) => {
      const iat = now + skewSeconds;
      fake.misbehave({
        claims: { iat, exp: iat + 3600 },
        headers: { date: new Date(iat * 1000).toUTCString() },
      });
      expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
        kind: 'granted',
      });
    },
  );

  it('confirms the time of its answer, even if the server sends a token of half an hour ago again', async () => {
    fake.misbehave({
      claims: { iat: now - 1800, exp: now + 1800 },
      headers: { date: new Date(now * 1000).toUTCString() },
    });
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
      kind: 'granted',
      grant: { answeredAt: new Date(now * 1000) },
    });
  });

  it('passes the name of the server on, for the person who approves', async () => {
    await adapter.requestDeviceCode('Store 1 (srv-1)');
    expect(fake.calls[0]?.form.get('device_name')).toBe('Store 1 (srv-1)');
  });

  it('is a bearer token if the server does not support DPoP', async () => {
    fake.misbehave({ metadata: { dpop_signing_alg_values_supported: undefined } });
    expect(await adapter.requestDeviceCode()).toMatchObject({ kind: 'issued', dpopKey: null });
    expect(await adapter.redeemDeviceCode('code', null)).toMatchObject({ kind: 'granted' });
  });

  it('is verified with a key that the server has just rotated to', async () => {
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({ kind: 'granted' });
    fake.rotateKey();
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({ kind: 'granted' });
  });

  it('is verified although the keys can no longer be fetched when it arrives', async () => {
    await adapter.findUserPortal();
    fake.misbehave({ answers: { '/jwks': { status: 503 } } });
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({ kind: 'granted' });
  });
});

describe('a server that is not the expected one', () => {
  const metadataFaults: readonly { what: string; fault: Misbehavior; status: 502 | 503; says: RegExp }[] = [
    {
      what: 'it names another issuer',
      fault: { metadata: { issuer: 'https://evil.example' } },
      status: 502,
      says: /"issuer" in the metadata must be/,
    },
    { what: 'it names no issuer', fault: { metadata: { issuer: undefined } }, status: 502, says: /issuer/ },
    { what: 'it names no keys', fault: { metadata: { jwks_uri: undefined } }, status: 502, says: /jwks_uri/ },
    {
      what: 'its keys address is not a URL',
      fault: { metadata: { jwks_uri: 'keys' } },
      status: 502,
      says: /jwks_uri/,
    },
    {
      what: 'it answers with a web page',
      fault: { answers: { [metadataPath]: html } },
      status: 502,
      says: /text\/html/,
    },
    {
      what: 'its metadata is not JSON',
      fault: {
        answers: {
          [metadataPath]: {
            status: 200,
            headers: { 'content-type': 'application/json' },
            body: '{"issuer":',
          },
        },
      },
      status: 502,
      says: /JSON/,
    },
    {
      what: 'it has no metadata',
      fault: { answers: { [metadataPath]: { status: 404 } } },
      status: 502,
      says: /404/,
    },
    {
      what: 'it is not ready',
      fault: { answers: { [metadataPath]: { status: 503 } } },
      status: 502,
      says: /not ready \(HTTP 503\)/,
    },
    { what: 'its keys are a web page', fault: { answers: { '/jwks': html } }, status: 502, says: /JSON/ },
    {
      what: 'its keys are unavailable',
      fault: { answers: { '/jwks': { status: 500 } } },
      status: 502,
      says: /JSON Web Key Set/,
    },
  ];

  it.each(metadataFaults)(
    'is reported with its fault and receives no secret: $what',
    async ({ fault, status, says }) => {
      fake.misbehave(fault);
      const answers = [
        await adapter.requestDeviceCode(),
        await adapter.redeemDeviceCode('code', dpopKey),
        await adapter.refresh(secrets(), expected, onNewRefreshToken),
        await adapter.revoke(secrets()),
      ];
      for (const answer of answers) {
        expect(answer).toMatchObject({ kind: 'unreachable', status, message: expect.stringMatching(says) });
      }
      // Nothing was sent to an endpoint, so nothing took effect.
      expect(answers[2]).toMatchObject({ isConclusive: true });
      expect(fake.calls).toEqual([]);
      fake.misbehave();
      expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
        kind: 'granted',
      });
    },
  );

  describe('that has its metadata at the OpenID Connect address', () => {
    it('works like any other', async () => {
      await moveMetadata();
      expect(await adapter.requestDeviceCode()).toMatchObject({ kind: 'issued' });
      expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
        kind: 'granted',
      });
    });

    it('must name the configured issuer there too', async () => {
      await moveMetadata({ issuer: 'https://evil.example' });
      expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
        kind: 'unreachable',
        status: 502,
      });
      expect(fake.calls).toEqual([]);
    });
  });

  it.each(['token_endpoint', 'device_authorization_endpoint'])(
    'is reported if it has no %s',
    async (endpoint) => {
      fake.misbehave({ metadata: { [endpoint]: undefined } });
      const answer =
        endpoint === 'token_endpoint'
          ? await adapter.refresh(secrets(), expected, onNewRefreshToken)
          : await adapter.requestDeviceCode();
      expect(answer).toMatchObject({
        kind: 'unreachable',
        status: 502,
        message: expect.stringContaining(endpoint),
      });
    },
  );

  it('may lack a revocation endpoint', async () => {
    fake.misbehave({ metadata: { revocation_endpoint: undefined } });
    expect(await adapter.revoke(secrets())).toEqual({ kind: 'not-offered' });
  });

  it('may have used the refresh token if a web page is returned as the answer', async () => {
    fake.misbehave({ answers: { '/token': html } });
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
      kind: 'unreachable',
      status: 502,
      isConclusive: false,
    });
  });
});

describe('a server that cannot be reached', () => {
  it('has certainly not received the request if the connection is refused', async () => {
    await adapter.findUserPortal();
    await fake.stop();
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
      kind: 'unreachable',
      status: 503,
      code: 'authorization-server-unreachable',
      message: expect.stringMatching(/ECONNREFUSED.*AUTH_SERVER_URL/),
      isConclusive: true,
    });
    fake = await startFakeAuthorizationServer();
  });

  it('is reported with the setting if nothing listens at its address', async () => {
    adapter = connect(`http://127.0.0.1:${await findFreePort()}`);
    expect(await adapter.requestDeviceCode()).toMatchObject({
      kind: 'unreachable',
      status: 503,
      message: expect.stringMatching(/AUTH_SERVER_URL/),
    });
  });

  it('may have used the refresh token if the connection breaks within its answer', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': '900' };
    fake.misbehave({ answers: { '/token': { status: 200, headers, body: '{"access_token":"ey' } } });
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
      kind: 'unreachable',
      status: 503,
      message: expect.stringMatching(/cannot be reached/),
      isConclusive: false,
    });
  });

  it('is unreachable if it closes the connection', async () => {
    const hangsUp = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(hangsUp, 'listening');
    const address = hangsUp.address() as { port: number };
    adapter = connect(`http://127.0.0.1:${address.port}`);
    expect(await adapter.requestDeviceCode()).toMatchObject({ kind: 'unreachable', status: 503 });
    hangsUp.close();
  });
});

describe('an answer to a poll', () => {
  it.each([
    { error: 'authorization_pending', answer: { kind: 'pending' } },
    { error: 'slow_down', answer: { kind: 'slow-down' } },
    { error: 'expired_token', answer: { kind: 'expired' } },
    { error: 'access_denied', answer: { kind: 'denied' } },
    { error: 'invalid_grant', answer: { kind: 'refused', code: 'code-not-accepted', secrets: null } },
    {
      error: 'invalid_client',
      answer: { kind: 'refused', message: expect.stringContaining('invalid_client'), secrets: null },
    },
    { error: 'who_knows', answer: { kind: 'refused', message: expect.stringContaining('who_knows') } },
  ])('is mapped to its outcome: $error (RFC 8628 section 3.5)', async ({ error, answer }) => {
    fake.misbehave(oauthError(error));
    expect(await adapter.redeemDeviceCode('code', dpopKey)).toMatchObject(answer);
  });

  it('keeps polling after a 429', async () => {
    fake.misbehave(oauthError('rate_limited', {}, 429));
    expect(await adapter.redeemDeviceCode('code', dpopKey)).toMatchObject({ kind: 'unreachable' });
  });

  it('is a refusal of the license if the server marks it as such', async () => {
    fake.misbehave(
      oauthError('access_denied', {
        license_refusal: 'used-up',
        error_description: 'the license is used up',
      }),
    );
    expect(await adapter.redeemDeviceCode('code', dpopKey)).toEqual({
      kind: 'refused',
      code: 'license-refused',
      message: 'the license is used up',
      secrets: null,
    });
  });
});

describe('an answer to a refresh', () => {
  it('has its message sanitized and cut', async () => {
    fake.misbehave(oauthError('invalid_grant', { error_description: `\ud800\0\n${'x'.repeat(2000)}` }));
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
      kind: 'grant-dead',
      message: `\uFFFD ${'x'.repeat(498)}`,
    });
  });

  it.each([
    { error: 'access_denied', answer: { kind: 'refused', code: 'license-refused', message: 'because' } },
    { error: 'invalid_grant', answer: { kind: 'grant-dead', message: 'because' } },
    {
      error: 'invalid_request',
      answer: { kind: 'unreachable', code: 'authorization-server-refused', isConclusive: true },
    },
  ])('is mapped to its outcome: $error', async ({ error, answer }) => {
    fake.misbehave(oauthError(error, { error_description: 'because' }));
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject(answer);
  });

  it.each([
    { status: 429, isConclusive: true },
    { status: 500, isConclusive: false },
    { status: 503, isConclusive: false },
  ])('returns the Retry-After in seconds with HTTP $status', async ({ status, isConclusive }) => {
    fake.misbehave({ answers: { '/token': { status, headers: { 'retry-after': '120' } } } });
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).toMatchObject({
      kind: 'unreachable',
      code: 'authorization-server-error',
      retryAfterMs: 120_000,
      isConclusive,
    });
  });

  it('returns a Retry-After date and ignores a past one', async () => {
    fake.misbehave(busyUntil(Date.now() + 3_600_000));
    const answer = await adapter.refresh(secrets(), expected, onNewRefreshToken);
    if (answer.kind !== 'unreachable') throw new Error(`A server that is not ready answered ${answer.kind}`);
    expect(answer.retryAfterMs).toBeGreaterThan(3_500_000);
    expect(answer.retryAfterMs).toBeLessThanOrEqual(3_600_000);
    fake.misbehave(busyUntil(Date.now() - 3_600_000));
    expect(await adapter.refresh(secrets(), expected, onNewRefreshToken)).not.toHaveProperty('retryAfterMs');
  });

  it.each([{}, [], 7, true, ''])('is a text, even if the description is %j', async (error_description) => {
    for (const error of ['invalid_grant', 'access_denied', 'invalid_request']) {
      fake.misbehave(oauthError(error, { error_description }));
      const answer = await adapter.refresh(secrets(), expected, onNewRefreshToken);
      expect(answer).toMatchObject({ message: expect.stringMatching(new RegExp(`${error}(".|\\)\\.)$`)) });
    }
  });

  it.each(['invalid_request', 'invalid_grant', 'access_denied', 'authorization_pending'])(
    'never returns the sent secrets, even if the server repeats them (%s)',
    async (error) => {
      fake.misbehave(oauthError(error, { error_description: 'what is secret-1?' }));
      const answers = [
        await adapter.refresh({ ...secrets(), refreshToken: 'secret-1' }, expected, onNewRefreshToken),
        await adapter.redeemDeviceCode('secret-1', dpopKey),
      ];
      expect(JSON.stringify(answers)).not.toContain('secret-1');
    },
  );
});
