import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type FakeAuthorizationServer,
  type Misbehavior,
  type RawAnswer,
  startFakeAuthorizationServer,
} from '../../../test/support/fake-authorization-server.js';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { loadSettings } from '../../config/load-settings.js';
import type { Profile } from '../../domain/profile.js';
import type { Finding } from '../doctor/finding.js';
import { checkServer } from './check-server.js';

const now = Math.floor(Date.now() / 1000);
const week = { exp: now + 7 * 86_400 };
const metadataPath = '/.well-known/oauth-authorization-server';
const { n: shortModulus } = await exportJWK(
  (await generateKeyPair('RS256', { modulusLength: 2048 })).publicKey,
);

let fake: FakeAuthorizationServer;

beforeAll(async () => {
  fake = await startFakeAuthorizationServer();
});
beforeEach(() => fake.misbehave({ claims: week }));
afterAll(() => fake.stop());

function check(profile: Partial<Profile> = {}, hasPerson = true): Promise<Finding[]> {
  const settings = loadSettings({ AUTH_SERVER_URL: fake.url });
  const { authorizationServer } = settings;
  return checkServer({
    settings: {
      ...(settings as Omit<typeof settings, never>),
      authorizationServer: {
        ...authorizationServer,
        profile: { ...authorizationServer.profile, ...profile },
      },
    },
    clock: new FakeClock(),
    showCode: hasPerson ? () => undefined : null,
  });
}

function json(body: object, status = 200): RawAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function claims(more: object): Misbehavior {
  return { claims: { ...week, ...more } };
}

function introspection(answer: RawAnswer): Misbehavior {
  return {
    metadata: { introspection_endpoint: `${fake.url}/introspect` },
    answers: { '/introspect': answer },
  };
}

const code = {
  device_code: 'd',
  user_code: 'BCDF',
  verification_uri: 'http://127.0.0.1/device',
  expires_in: 600,
};
const rsa = { kty: 'RSA', e: 'AQAB', alg: 'RS256' };

/** Each misfit, and what its finding contains. */
const misfits: readonly {
  what: string;
  /** A function if it needs the address of the server. */
  fault: Misbehavior | (() => Misbehavior);
  profile?: Partial<Profile>;
  says: RegExp;
}[] = [
  { what: 'another issuer', fault: { metadata: { issuer: 'https://other.example' } }, says: /"issuer"/ },
  { what: 'no metadata', fault: { answers: { [metadataPath]: { status: 404 } } }, says: /404/ },
  { what: 'no keys address', fault: { metadata: { jwks_uri: null } }, says: /"jwks_uri"/ },
  { what: 'no token endpoint', fault: { metadata: { token_endpoint: null } }, says: /"token_endpoint"/ },
  {
    what: 'no device flow',
    fault: { metadata: { device_authorization_endpoint: null } },
    says: /"device_authorization_endpoint" is absent/,
  },
  {
    what: 'no device code grant',
    fault: { metadata: { grant_types_supported: ['refresh_token'] } },
    says: /device_code/,
  },
  {
    what: 'no refresh token grant',
    fault: { metadata: { grant_types_supported: ['urn:ietf:params:oauth:grant-type:device_code'] } },
    says: /refresh_token/,
  },
  { what: 'an empty key set', fault: { answers: { '/jwks': json({ keys: [] }) } }, says: /No key .* none/ },
  { what: 'no key set', fault: { answers: { '/jwks': json([]) } }, says: /JSON Web Key Set/ },
  {
    what: 'keys of another algorithm',
    fault: { answers: { '/jwks': json({ keys: [{ ...rsa, n: shortModulus, kid: 'a' }] }) } },
    says: /published: RS256/,
  },
  {
    what: 'a short RSA key',
    fault: { answers: { '/jwks': json({ keys: [{ ...rsa, n: shortModulus?.slice(0, 171), kid: 'a' }] }) } },
    profile: { algorithms: ['RS256'] },
    says: /fewer than 2048 bits/,
  },
  {
    what: 'a key without an id',
    fault: { answers: { '/jwks': json({ keys: [{ ...rsa, n: shortModulus }] }) } },
    profile: { algorithms: ['RS256'] },
    says: /no "kid"/,
  },
  {
    what: 'no DPoP although it is required',
    fault: { metadata: { dpop_signing_alg_values_supported: null } },
    profile: { dpop: 'required' },
    says: /turn on DPoP/i,
  },
  {
    what: 'an unknown client',
    fault: { answers: { '/device': json({ error: 'invalid_client' }, 400) } },
    says: /invalid_client/,
  },
  {
    what: 'a link of another kind',
    fault: { answers: { '/device': json({ ...code, verification_uri: 'javascript:1' }) } },
    says: /"verification_uri"/,
  },
  {
    what: 'no refresh token',
    fault: { ...claims({}), tokenResponse: { refresh_token: null } },
    says: /offline_access/,
  },
  { what: 'an opaque token', fault: { tokenResponse: { access_token: 'opaque' } }, says: /signed JWTs/ },
  {
    what: 'an encrypted token',
    fault: { tokenResponse: { access_token: 'a.b.c.d.e' } },
    says: /turn off access token encryption/,
  },
  {
    what: 'another type of token',
    fault: { ...claims({}), header: { typ: 'JWT' } },
    says: /"tokenTypes" in the profile/,
  },
  { what: 'a bearer token', fault: { ...claims({}), tokenResponse: { token_type: 'Bearer' } }, says: /DPoP/ },
  { what: 'another audience', fault: claims({ aud: 'api' }), says: /"audience" in the profile/ },
  { what: 'another client id', fault: claims({ client_id: 'shop' }), says: /"client_id"/ },
  { what: 'a person as the device', fault: claims({ sub: 'auth0|5f7c8ec7' }), says: /"sub" must be/ },
  { what: 'no organization', fault: claims({ organization: null }), says: /"organization\.id" is required/ },
  { what: 'no features', fault: claims({ license: {} }), says: /"license\.features" is required/ },
  {
    what: 'an unreadable renewal date',
    fault: claims({ license: { features: [], renewal_date: '30.06.2027' } }),
    says: /"license\.renewal_date"/,
  },
  { what: 'a short token life', fault: claims({ exp: now + 3600 }), says: /24 hours/ },
  {
    what: 'no status list although it is required',
    fault: claims({}),
    profile: { statusList: 'required' },
    says: /"status\.status_list"/,
  },
  {
    what: 'no introspection endpoint although the profile trusts it',
    fault: claims({}),
    profile: { introspection: 'trusted' },
    says: /"introspection_endpoint" is absent.*pos-server/,
  },
  {
    what: 'an introspection endpoint that does not know JWTs',
    fault: () => ({ ...claims({}), ...introspection(json({ active: false })) }),
    profile: { introspection: 'trusted' },
    says: /called inactive/,
  },
  {
    what: 'an introspection endpoint for clients with a secret',
    fault: () => ({ ...claims({}), ...introspection(json({ error: 'invalid_client' }, 401)) }),
    profile: { introspection: 'trusted' },
    says: /invalid_client.*without a secret/,
  },
  {
    what: 'a clock that is ahead',
    fault: claims({ iat: now + 3600 }),
    says: /clock of the Authorization server/,
  },
];

describe('the check of an Authorization server', () => {
  it('finds no misfit in a server that fits', async () => {
    const findings = await check();
    expect(findings.map(({ check: name, verdict }) => `${name} ${verdict}`)).toEqual([
      'metadata ok',
      'keys ok',
      'device-flow ok',
      'refresh ok',
    ]);
    expect(fake.calls.at(-1)?.path).toBe('/revoke');
  });

  it.each(misfits)('names the misfit and a remedy: $what', async ({ fault, profile, says }) => {
    fake.misbehave(typeof fault === 'function' ? fault() : fault);
    const faults = (await check(profile)).filter(({ verdict }) => verdict === 'fail');
    expect(faults.map(({ message, remedy }) => `${message} → ${remedy}`).join('\n')).toMatch(says);
    expect(faults.every(({ remedy }) => remedy !== null && remedy.length > 10)).toBe(true);
  });

  it('confirms that a trusted introspection endpoint knows the license token', async () => {
    fake.misbehave({ ...claims({}), ...introspection(json({ active: true })) });
    const findings = await check({ introspection: 'trusted' });
    expect(findings.map(({ check: name, verdict }) => `${name} ${verdict}`)).toContain('introspection ok');
    expect(findings.every(({ verdict }) => verdict === 'ok')).toBe(true);
  });

  it('checks only what needs no person if nobody can approve a code', async () => {
    const calls = fake.calls.length;
    const findings = await check({}, false);
    expect(findings.map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'skip']);
    expect(fake.calls).toHaveLength(calls);
  });

  it('reports a code that nobody approves before it ends', async () => {
    const answers = {
      '/device': json({ ...code, expires_in: 10 }),
      '/token': json({ error: 'authorization_pending' }, 400),
    };
    fake.misbehave({ answers });
    expect(await check()).toContainEqual(
      expect.objectContaining({ verdict: 'fail', message: expect.stringContaining('expired') }),
    );
  });
});
