import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JwtVerifier } from 'aws-jwt-verify';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from './support/fake-clock.js';
import { auth0Namespace, startAuth0 } from './support/strangers/auth0.js';
import { startIdentityServer } from './support/strangers/identityserver.js';
import { startKeycloak } from './support/strangers/keycloak.js';
import { startOpenIddict } from './support/strangers/openiddict.js';
import type { StrangerDevice } from './support/strangers/product.js';
import type { StrangerServer } from './support/strangers/stranger-server.js';

const device: StrangerDevice = {
  id: 'srv-12',
  name: 'Store 12',
  kind: 'server',
  url: 'https://store-12.example',
  organization: { id: 'org-9', name: 'Strangers' },
  hub: { id: 'srv-1', name: 'Head office', url: 'https://hub.example' },
};
const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const dayMs = 86_400_000;

const strangers = [
  {
    preset: 'identityserver',
    start: startIdentityServer,
    clientClaim: 'client_id',
    type: 'at+jwt',
    codeForm: /^\d{9}$/,
    deliveredSeconds: 3600,
    refusedTwice: null,
    pending: { status: 400 },
    revoked: { status: 400 },
  },
  {
    preset: 'openiddict',
    start: startOpenIddict,
    clientClaim: 'client_id',
    type: 'at+jwt',
    codeForm: /^\d{4}-\d{4}-\d{4}$/,
    deliveredSeconds: 3600,
    refusedTwice: 'The specified refresh token has already been redeemed.',
    pending: {
      status: 400,
      error_description: 'The authorization has not been granted yet by the end user.',
    },
    revoked: { status: 400, error_description: expect.stringContaining('no longer valid') as string },
  },
  {
    preset: 'keycloak',
    start: startKeycloak,
    clientClaim: 'azp',
    type: 'JWT',
    codeForm: /^[B-Z]{4}-[B-Z]{4}$/,
    deliveredSeconds: 300,
    refusedTwice: null,
    pending: { status: 400, error_description: 'The authorization request is still pending' },
    revoked: { status: 400, error_description: 'Offline user session not found' },
  },
  {
    preset: 'auth0',
    start: startAuth0,
    clientClaim: 'azp',
    type: 'JWT',
    codeForm: /^[B-Z]{4}-[B-Z]{4}$/,
    deliveredSeconds: 86_400,
    refusedTwice: null,
    pending: { status: 403, error_description: 'User has yet to authorize device code.' },
    revoked: { status: 403, error_description: 'Unknown or invalid refresh token.' },
  },
];

describe.each(strangers)('the test server that behaves like $preset', ({ preset, start, ...expected }) => {
  const clock = new FakeClock();
  const profile = readProfile(preset);
  const namespace = preset === 'auth0' ? auth0Namespace : '';
  let stranger: StrangerServer;
  let config: client.Configuration;

  afterEach(() => stranger.stop());

  async function begin(isAsDelivered = false): Promise<void> {
    stranger = await start({ now: () => clock.now(), isAsDelivered });
    config = await client.discovery(new URL(stranger.issuer), 'pos-server', undefined, client.None(), {
      execute: [client.allowInsecureRequests],
    });
  }

  async function requestCode(): Promise<client.DeviceAuthorizationResponse> {
    const { scope, resource } = profile;
    return client.initiateDeviceAuthorization(config, { scope, ...(resource !== undefined && { resource }) });
  }

  /** Asks once, without the wait of the interval, which the clock of the test keeps. */
  const poll = (code: client.DeviceAuthorizationResponse, options?: client.DPoPOptions) =>
    client.genericGrantRequest(config, deviceCodeGrant, { device_code: code.device_code }, options);
  const refresh = (token: string) => client.refreshTokenGrant(config, token);

  async function acquire(): Promise<{ accessToken: string; refreshToken: string }> {
    const code = await requestCode();
    stranger.approve(code.user_code, device);
    const answer = await poll(code);
    return { accessToken: answer.access_token, refreshToken: answer.refresh_token ?? '' };
  }

  function verify(token: string) {
    const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri ?? ''));
    const { issuer } = config.serverMetadata();
    return jwtVerify(token, keys, { issuer, audience: profile.audience, currentDate: clock.now() });
  }

  const claim = (payload: JWTPayload, name: string) => payload[namespace + name];

  it('grants a license by device code, with claims where the preset reads them', async () => {
    await begin();
    const code = await requestCode();
    expect(code.user_code).toMatch(expected.codeForm);
    await expect(poll(code)).rejects.toMatchObject({ error: 'authorization_pending', ...expected.pending });
    clock.advance(5000);
    stranger.approve(code.user_code, device);
    const { access_token: token, expires_in: seconds } = await poll(code);
    expect(seconds).toBeGreaterThanOrEqual(86_400);

    const { payload, protectedHeader } = await verify(token);
    expect(profile.algorithms[0]).toBe(protectedHeader.alg);
    expect(profile.tokenTypes).toContain(protectedHeader.typ);
    expect(protectedHeader.typ).toBe(expected.type);
    const read = Object.entries(profile.claims).map(([name, path]) => {
      expect(Array.isArray(path)).toBe(namespace !== '' && name !== 'clientId');
      return [name, payload[Array.isArray(path) ? (path[0] ?? '') : path]];
    });
    const claims = Object.fromEntries(read) as Record<string, unknown>;
    expect([claims['features']].flat()).toEqual(['xms']);
    expect(claims).toMatchObject({
      deviceId: 'srv-12',
      deviceKind: 'server',
      organizationId: 'org-9',
      hubId: 'srv-1',
    });
    expect(payload[expected.clientClaim]).toBe('pos-server');
    expect(payload.sub).not.toBe(device.id);
    expect(claims['renewalDate']).toBeUndefined();
  });

  it('publishes its keys, the older ones too, so that other libraries verify its tokens', async () => {
    await begin();
    const first = await acquire();
    await stranger.rotateKeys();
    const second = await acquire();
    const { issuer, jwks_uri: uri } = config.serverMetadata();
    // This verifier downloads keys over https only, so the test hands them over.
    const verifier = JwtVerifier.create({
      issuer,
      audience: profile.audience,
      jwksUri: 'https://keys.example',
    });
    const keys: unknown = await (await fetch(uri ?? '')).json();
    verifier.cacheJwks(keys as Parameters<typeof verifier.cacheJwks>[0]);
    for (const { accessToken } of [first, second]) {
      expect((await verify(accessToken)).payload.iss).toBe(stranger.issuer);
      const verified = verifier.verify(accessToken);
      // IdentityServer writes the scope as a list, which RFC 9068 section 2.2.3 does not allow.
      await (preset === 'identityserver'
        ? expect(verified).rejects.toThrow('scope claim is not a string')
        : expect(verified).resolves.toMatchObject({ iss: stranger.issuer }));
    }
    expect(decodeProtectedHeader(first.accessToken).kid).not.toBe(
      decodeProtectedHeader(second.accessToken).kid,
    );
  });

  it('shows new terms at the next refresh', async () => {
    await begin();
    const { refreshToken } = await acquire();
    stranger.setTerms(['xms', 'kitchen'], '2031-06-30');
    const { access_token: token } = await refresh(refreshToken);
    const { payload } = await verify(token);
    expect(claim(payload, 'license_features')).toEqual(['xms', 'kitchen']);
    expect(claim(payload, 'license_renewal_date')).toBe('2031-06-30');
  });

  it('treats a refresh token that is sent again as the product does', async () => {
    await begin();
    const { refreshToken } = await acquire();
    const next = await refresh(refreshToken);
    const [isSame, isAbsent] = [next.refresh_token === refreshToken, next.refresh_token === undefined];
    expect({ isSame, isAbsent }).toEqual({
      isSame: preset === 'identityserver',
      isAbsent: preset === 'auth0',
    });
    clock.advance(10_000);
    await refresh(refreshToken);
    clock.advance(60_000);
    if (expected.refusedTwice === null) {
      expect(await refresh(refreshToken)).toHaveProperty('access_token');
      return;
    }
    const replay = { error: 'invalid_grant', error_description: expected.refusedTwice };
    await expect(refresh(refreshToken)).rejects.toMatchObject(replay);
    await expect(refresh(next.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('does the work of an answer that is lost', async () => {
    await begin();
    const code = await requestCode();
    stranger.approve(code.user_code, device);
    stranger.dropNextAnswer();
    await expect(poll(code)).rejects.toThrow('fetch failed');
    await expect(poll(code)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(stranger.calls.filter(({ form }) => form.has('device_code'))).toHaveLength(2);
  });

  it('refuses a code that was denied, is too old or is asked for too often', async () => {
    await begin();
    const denied = await requestCode();
    stranger.deny(denied.user_code);
    await expect(poll(denied)).rejects.toMatchObject({ error: 'access_denied' });
    const old = await requestCode();
    await expect(poll(old)).rejects.toMatchObject({ error: 'authorization_pending' });
    const tooFast = preset === 'openiddict' ? 'authorization_pending' : 'slow_down';
    const status = preset === 'auth0' ? 429 : 400;
    await expect(poll(old)).rejects.toMatchObject({ error: tooFast, status });
    expect(old.interval).toBe(preset === 'openiddict' ? undefined : 5);
    clock.advance(old.expires_in * 1000);
    await expect(poll(old)).rejects.toMatchObject({ error: 'expired_token' });
  });

  it('answers invalid_grant in its own words after a revocation and at the end of the refresh token', async () => {
    await begin();
    const revoked = await acquire();
    stranger.revoke(device.id);
    const error = 'invalid_grant';
    await expect(refresh(revoked.refreshToken)).rejects.toMatchObject({ error, ...expected.revoked });
    const old = await acquire();
    stranger.expire(device.id);
    await expect(refresh(old.refreshToken)).rejects.toMatchObject({ error });
    const returned = await acquire();
    await client.tokenRevocation(config, returned.refreshToken);
    await expect(refresh(returned.refreshToken)).rejects.toMatchObject({ error });
  });

  it('binds a token to a key only where its metadata offers that', async () => {
    await begin();
    const code = await requestCode();
    stranger.approve(code.user_code, device);
    const handle = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const answer = await poll(code, { DPoP: handle });
    const isOffered = config.serverMetadata()['dpop_signing_alg_values_supported'] !== undefined;
    expect(isOffered).toBe(profile.dpop !== 'off');
    expect(answer.token_type).toBe(isOffered ? 'dpop' : 'bearer');
    expect(decodeJwt(answer.access_token)['cnf'] !== undefined).toBe(isOffered);
    const isRefused = await refresh(answer.refresh_token ?? '').then(
      () => false,
      () => true,
    );
    expect(isRefused).toBe(isOffered);
  });

  it('as delivered, gives a token that this preset cannot use, or one that is too short or too rigid', async () => {
    await begin(true);
    const code = await requestCode();
    stranger.approve(code.user_code, device);
    const answer = await poll(code);
    expect(answer.expires_in).toBe(expected.deliveredSeconds);
    const parts = answer.access_token.split('.').length;
    switch (preset) {
      case 'identityserver': {
        stranger.setTerms(['kitchen'], null);
        const { access_token: token } = await refresh(answer.refresh_token ?? '');
        expect(claim((await verify(token)).payload, 'license_features')).toBe('xms');
        clock.advance(30 * dayMs);
        await expect(refresh(answer.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
        return;
      }
      case 'openiddict':
        expect(parts).toBe(5);
        expect(decodeProtectedHeader(answer.access_token)).toMatchObject({ alg: 'RSA-OAEP', typ: 'at+jwt' });
        return;
      case 'keycloak':
        expect(decodeJwt(answer.access_token)).toMatchObject({
          aud: 'account',
          typ: 'Bearer',
          azp: 'pos-server',
        });
        expect(decodeJwt(answer.access_token)).not.toHaveProperty('device_id');
        return;
      default:
        expect(parts).toBe(1);
    }
  });
});

describe('the presets', () => {
  const { claims: known, ...standard } = readProfile('default');

  it.each(['identityserver', 'openiddict', 'keycloak', 'auth0'])(
    '%s names only members of the default',
    (name) => {
      const { claims, ...others } = readProfile(name);
      expect(Object.keys(others).filter((member) => !(member in standard))).toEqual([]);
      expect(Object.keys(claims).filter((member) => !(member in known))).toEqual([]);
      expect(claims['deviceId']).not.toBe('sub');
      expect(others.algorithms[0]).toBe('RS256');
      expect(others.scope?.split(' ')).toContain('offline_access');
    },
  );
});

interface Profile {
  readonly scope: string;
  readonly resource?: string;
  readonly audience: string;
  readonly tokenTypes: readonly string[];
  readonly algorithms: readonly string[];
  readonly claims: Readonly<Record<string, string | readonly string[]>>;
  readonly dpop?: string;
}

function readProfile(name: string): Profile {
  return JSON.parse(readFileSync(join(import.meta.dirname, `../profiles/${name}.json`), 'utf8')) as Profile;
}
