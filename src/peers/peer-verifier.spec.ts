import { type KeyObject, constants, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { damaged, oddText } from '../../test/support/odd-values.js';
import { readProfile } from '../../test/support/read-profile.js';
import { readableRenewalDates, unreadableRenewalDates } from '../../test/support/renewal-dates.js';
import type { Settings } from '../config/settings.js';
import type { Clock } from '../domain/ports/clock.js';
import { type Profile, type ProfileClaim, signatureAlgorithms } from '../domain/profile.js';
import type { LicenseStore } from '../domain/ports/license-store.js';
import type { KeyValueStore } from '../persistence/key-value-store.js';
import type { IssuerDocuments } from '../domain/ports/issuer-documents.js';
import { IssuerKeys } from './issuer-keys.js';
import { PeerVerifier } from './peer-verifier.js';
import { RevocationList } from './revocation-list.js';

const issuer = 'https://auth.example';
const listUri = `${issuer}/status-list`;
const now = new Date('2026-11-24T12:00:00Z');
const address = '10.0.0.1';
const seconds = now.getTime() / 1000;

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwks = [
  { ...ec.publicKey.export({ format: 'jwk' }), kid: 'ec' },
  { ...ed.publicKey.export({ format: 'jwk' }), kid: 'ed' },
];

const claims = {
  iss: issuer,
  sub: 'reg-1',
  aud: 'urn:pos:org-1',
  client_id: 'pos-register',
  iat: seconds - 60,
  exp: seconds + 3600,
  jti: 'token-1',
  organization: { id: 'org-1', name: 'Demo' },
  device: { id: 'reg-1', name: 'Register 1', kind: 'register' },
  license: { features: ['xms'], renewal_date: null, hub: { id: 'srv-1', name: 'Store 1' } },
  status: { status_list: { idx: 9, uri: listUri } },
};
type Claims = Record<string, unknown>;
const subjectOf = (id: string): Claims => ({ sub: id, device: { ...claims.device, id } });

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function signJwt(header: Claims, payload: Claims, key: KeyObject): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const signature =
    key.asymmetricKeyType === 'ed25519'
      ? sign(null, Buffer.from(input), key)
      : sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

const goodHeader = { typ: 'at+jwt', alg: 'ES256', kid: 'ec' };
const token = (changes: Claims = {}, header: Claims = {}) =>
  signJwt({ ...goodHeader, ...header }, { ...claims, ...changes }, ec.privateKey);

function signList(indexes: readonly number[], iat: number): string {
  const bytes = Buffer.alloc(16);
  for (const index of indexes) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  const list = { bits: 1, lst: deflateSync(bytes).toString('base64url') };
  const payload = { iss: issuer, sub: listUri, iat, ttl: 300, status_list: list };
  return signJwt({ typ: 'statuslist+jwt', alg: 'ES256', kid: 'ec' }, payload, ec.privateKey);
}

/** Returns the claims of a register at the places that a profile names. */
function makePayload(profile: Profile, changes: Claims = {}): Claims {
  const { exp, iat } = claims;
  const payload: Claims = {
    iss: issuer,
    iat,
    exp,
    aud: profile.audience.replace('{organizationId}', 'org-1'),
  };
  const values = {
    deviceId: 'reg-1',
    deviceName: 'Register 1',
    organizationId: 'org-1',
    features: ['xms'],
    hubId: 'srv-1',
    clientId: 'pos-register',
    ...changes,
  };
  for (const [name, value] of Object.entries(values)) {
    const path = [...profile.claims[name as ProfileClaim]];
    const last = path.pop() ?? '';
    const parent = path.reduce((at, member) => (at[member] ??= {}) as Claims, payload);
    parent[last] = value;
  }
  return payload;
}

describe('PeerVerifier', () => {
  let published: readonly unknown[];
  let named: string;
  let time: Date;
  let keys: IssuerKeys;
  let revocations: RevocationList;
  let verifier: PeerVerifier;
  let state: { identity: unknown };
  let profile: Profile;
  let clock: Clock;
  let isSuspect: boolean;
  let settings: Settings;
  const fetchKeys = vi.fn<IssuerDocuments['fetchKeys']>();

  beforeEach(async () => {
    published = jwks;
    named = issuer;
    time = now;
    isSuspect = false;
    fetchKeys.mockReset().mockImplementation(() => Promise.resolve({ issuer: named, keys: published }));
    const kept = new Map<string, string>();
    const values = {
      read: (name: string) => Promise.resolve(kept.get(name) ?? null),
      write: (name: string, value: string) => Promise.resolve(void kept.set(name, value)),
    } as unknown as KeyValueStore;
    profile = readProfile('default');
    settings = { authorizationServer: { issuer: new URL(issuer), get profile() { return profile; } } } as unknown as Settings; // prettier-ignore
    const documents = { fetchKeys } as unknown as IssuerDocuments;
    keys = new IssuerKeys(settings, documents, values);
    clock = { now: () => time, isSuspect: () => isSuspect } as unknown as Clock;
    revocations = new RevocationList(keys, documents, values, clock, settings);
    state = {
      identity: { serverId: 'srv-1', serverName: 'Store 1', organization: { id: 'org-1', name: 'Demo' } },
    };
    const store = { get state() { return state; } } as unknown as LicenseStore; // prettier-ignore
    verifier = new PeerVerifier(keys, revocations, store, clock, settings);
    await keys.fetch();
  });

  const code = (text: string) => {
    const verdict = verifier.verifyOffline(text);
    return verdict.kind === 'refused' ? verdict.code : verdict.kind;
  };

  it('accepts a register of this server and returns its identity', () => {
    expect(verifier.verifyOffline(token())).toEqual({
      kind: 'accepted',
      peer: {
        deviceId: 'reg-1',
        name: 'Register 1',
        kind: 'register',
        features: ['xms'],
        tokenExpiresAt: new Date((seconds + 3600) * 1000),
        usableUntil: new Date((seconds + 3600) * 1000),
        keyThumbprint: null,
      },
    });
  });

  it.each([
    ['ES256', 'ec', ec.privateKey],
    ['EdDSA', 'ed', ed.privateKey],
    ['Ed25519', 'ed', ed.privateKey],
  ])('accepts %s', (alg, kid, key) => {
    expect(code(signJwt({ typ: 'application/at+jwt', alg, kid }, claims, key))).toBe('accepted');
  });

  describe.each(['default', 'identityserver', 'openiddict', 'keycloak', 'auth0'])(
    'with the profile %s',
    (name) => {
      const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
      const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
      const signers = {
        ES256: [ec, 'sha256', {}],
        ES384: [p384, 'sha384', {}],
        EdDSA: [ed, null, {}],
        RS256: [rsa, 'sha256', {}],
        PS256: [rsa, 'sha256', pss],
      } as const;

      it.each(signatureAlgorithms)(
        'judges a token signed with %s by the algorithms of the profile',
        async (alg) => {
          profile = readProfile(name);
          const [pair, digest, options] = signers[alg];
          published = [{ ...pair.publicKey.export({ format: 'jwk' }), kid: alg }];
          await keys.fetch();
          const payload = makePayload(profile);
          const input = `${encode({ typ: profile.tokenTypes[0], alg, kid: alg })}.${encode(payload)}`;
          const signature = sign(digest, Buffer.from(input), {
            key: pair.privateKey,
            dsaEncoding: 'ieee-p1363',
            ...options,
          });
          const verdict = verifier.verifyOffline(`${input}.${signature.toString('base64url')}`);
          expect(verdict).toMatchObject(
            profile.algorithms.includes(alg)
              ? { kind: 'accepted', peer: { deviceId: 'reg-1', name: 'Register 1', features: ['xms'] } }
              : { kind: 'refused', code: 'bad-signature' },
          );
        },
      );

      it('rejects a token of another organization, whatever the audience', () => {
        profile = { ...readProfile(name), algorithms: ['ES256'] };
        const payload = makePayload(profile, { organizationId: 'org-2' });
        expect(code(signJwt({ ...goodHeader, typ: profile.tokenTypes[0] }, payload, ec.privateKey))).toBe(
          'foreign-organization',
        );
      });
    },
  );

  it.each([
    ['an unbound token if the profile requires DPoP', { dpop: 'required' }, {}],
    ['a token without a status if the profile requires one', { statusList: 'required' }, { status: null }],
  ] as const)('rejects %s', (_what, changes, claimed) => {
    profile = { ...profile, ...changes };
    expect(code(token(claimed))).toBe('token-malformed');
  });

  it.each<[string, Claims, Claims?]>([
    ['a type in upper case', {}, { typ: 'AT+JWT' }],
    ['several audiences', { aud: ['urn:pos:other', 'urn:pos:org-1'] }],
    ['a subject of 64 characters', subjectOf('r_-9'.repeat(16))],
    ['no renewal date', { license: { ...claims.license, renewal_date: undefined } }],
    ['no status', { status: undefined }],
    ['no features', { license: { ...claims.license, features: [] } }],
    ['one feature as a text', { license: { ...claims.license, features: 'xms' } }],
    ['no id', { jti: undefined }],
    ['no device, as its client says the kind', { device: null }],
    ['a confirmation that is null', { cnf: null }],
    ['a lifetime of 1 s', { iat: seconds, exp: seconds + 1 }],
    ['an expiry in the year 9999', { exp: 253_402_300_799 }],
    ['fractions of a second', { iat: seconds - 60.5, exp: seconds + 0.5 }],
  ])('accepts a token with %s', (_what, changes, header) => {
    expect(code(token(changes, header))).toBe('accepted');
  });

  it.each([
    ['2026-11-24T12:59:59.999Z', '2026-11-24T12:59:59.999Z'],
    ['2026-11-24T13:00:00.001Z', '2026-11-24T13:00:00.000Z'],
  ])('accepts a license that expires at %s until %s', (renewalDate, expected) => {
    const jkt = 'k'.repeat(43);
    const changes = { cnf: { jkt }, license: { ...claims.license, renewal_date: renewalDate } };
    expect(verifier.verifyOffline(token(changes))).toMatchObject({
      peer: { usableUntil: new Date(expected), keyThumbprint: jkt },
    });
  });

  it.each(readableRenewalDates)('reads the renewal date %j as %s', (claim, instant) => {
    const tokenEnd = 253_402_300_799;
    const changes = { exp: tokenEnd, license: { ...claims.license, renewal_date: claim } };
    const end = Math.min(new Date(instant).getTime(), tokenEnd * 1000);
    time = new Date(end - 1);
    expect(verifier.verifyOffline(token(changes))).toMatchObject({ peer: { usableUntil: new Date(end) } });
  });

  it.each(unreadableRenewalDates.map((claim) => [claim]))('rejects the renewal date %j', (claim) => {
    const changes = { license: { ...claims.license, renewal_date: claim } };
    expect(code(token(changes))).toBe('token-malformed');
  });

  it('cuts a long device name', () => {
    const device = { ...claims.device, name: 'n'.repeat(300) };
    expect(verifier.verifyOffline(token({ device }))).toMatchObject({ peer: { name: 'n'.repeat(256) } });
  });

  it('accepts a store server that has this server as its hub', () => {
    const device = { id: 'srv-9', name: 'Store 9', kind: 'server' };
    expect(code(token({ sub: 'srv-9', client_id: 'pos-server', device }))).toBe('accepted');
  });

  it.each<[string, string, Claims]>([
    ['another issuer', 'wrong-issuer', { iss: 'https://other.example' }],
    ['an issuer with a slash', 'wrong-issuer', { iss: `${issuer}/` }],
    ['another audience', 'foreign-organization', { aud: 'urn:pos:org-2' }],
    ['no audience', 'foreign-organization', { aud: undefined }],
    ['another organization', 'foreign-organization', { organization: { id: 'org-2', name: 'Demo' } }],
    [
      'another organization with its audience',
      'foreign-organization',
      { organization: { id: 'org-2', name: 'Demo' }, aud: 'urn:pos:org-2' },
    ],
    ['the client id of servers', 'wrong-device-kind', { client_id: 'pos-server' }],
    ['another hub', 'wrong-hub', { license: { ...claims.license, hub: { id: 'srv-2', name: 'B' } } }],
    ['no hub', 'wrong-hub', { license: { ...claims.license, hub: null } }],
    ['an expiry in the past', 'token-expired', { iat: seconds - 7200, exp: seconds - 60 }],
    ['a start in an hour', 'token-premature', { nbf: seconds + 3000 }],
    ['a start in the far future', 'token-premature', { nbf: 253_402_300_799 }],
    ['a start that is a text', 'token-malformed', { nbf: `${seconds}` }],
    ['an expiry before its issue', 'token-malformed', { exp: seconds - 120 }],
    ['no expiry', 'token-malformed', { exp: undefined }],
    ['an expiry that is a text', 'token-malformed', { exp: `${seconds + 3600}` }],
    ['an expiry after the year 9999', 'token-malformed', { exp: 253_402_300_800 }],
    ['an expiry in microseconds', 'token-malformed', { exp: (seconds + 3600) * 1_000_000 }],
    ['an expiry at its issue', 'token-malformed', { exp: seconds - 60 }],
    ['no time of issue', 'token-malformed', { iat: undefined }],
    ['a time of issue of 0', 'token-malformed', { iat: 0 }],
    [
      'several audiences without this organization',
      'foreign-organization',
      { aud: ['urn:pos:org-2', 'urn:pos:org-11'] },
    ],
    ['no organization', 'token-malformed', { organization: null }],
    ['no subject', 'token-malformed', { sub: undefined, device: { ...claims.device, id: undefined } }],
    ['an empty subject', 'token-malformed', { sub: '', device: { ...claims.device, id: '' } }],
    ['a subject of 65 characters', 'token-malformed', subjectOf('r'.repeat(65))],
    ['a subject with a line break', 'token-malformed', subjectOf('reg-1\n')],
    ['a subject that begins with a space', 'token-malformed', subjectOf(' reg-1')],
    ['neither a kind nor a client', 'wrong-device-kind', { device: null, client_id: null }],
    [
      'a feature that is not a text',
      'token-malformed',
      { license: { ...claims.license, features: ['xms', 1] } },
    ],
    ['no features', 'token-malformed', { license: { ...claims.license, features: null } }],
    [
      'a renewal date that is a number',
      'token-malformed',
      { license: { ...claims.license, renewal_date: 1 } },
    ],
    ['a thumbprint that is too short', 'token-malformed', { cnf: { jkt: 'k'.repeat(42) } }],
    ['a thumbprint that is too long', 'token-malformed', { cnf: { jkt: 'k'.repeat(44) } }],
    ['a thumbprint with an invalid character', 'token-malformed', { cnf: { jkt: 'k'.repeat(42) + '+' } }],
    ['a wildcard as its device', 'token-malformed', { sub: '>', device: { ...claims.device, id: '>' } }],
    ['a dot in its device', 'token-malformed', { sub: 'a.b', device: { ...claims.device, id: 'a.b' } }],
    ['another kind of device', 'token-malformed', { device: { ...claims.device, kind: 'phone' } }],
    ['no license', 'token-malformed', { license: undefined }],
    ['a confirmation that is not a key', 'token-malformed', { cnf: { 'x5t#S256': 'abc' } }],
    [
      'an expired license',
      'license-expired',
      { license: { ...claims.license, renewal_date: '2026-11-24T12:00:00Z' } },
    ],
    ['an invalid renewal date', 'token-malformed', { license: { ...claims.license, renewal_date: 'soon' } }],
  ])('rejects %s', (_what, expected, changes) => {
    expect(code(token(changes))).toBe(expected);
  });

  it.each<[string, string, Claims]>([
    ['another type', 'token-type', { typ: 'JWT' }],
    ['no type', 'token-type', { typ: undefined }],
    ['the type of a proof', 'token-type', { typ: 'dpop+jwt' }],
    ['an unknown key id', 'unknown-key', { kid: 'other' }],
    ['no key id', 'unknown-key', { kid: undefined }],
    ['the algorithm of another key', 'bad-signature', { alg: 'EdDSA' }],
    ['RS256', 'bad-signature', { alg: 'RS256' }],
    ['a critical extension', 'token-malformed', { crit: ['b64'], b64: false }],
  ])('rejects a header with %s', (_what, expected, header) => {
    expect(code(token({}, header))).toBe(expected);
  });

  it('rejects an unsigned token and one that is signed with the public key as a shared secret', () => {
    const bare = `${encode({ ...goodHeader, alg: 'none' })}.${encode(claims)}`;
    expect(code(`${bare}.`)).toBe('token-malformed');
    expect(code(`${bare}.AA`)).toBe('bad-signature');
    const input = `${encode({ ...goodHeader, alg: 'HS256' })}.${encode(claims)}`;
    const secret = ec.publicKey.export({ format: 'pem', type: 'spki' });
    const mac = createHmac('sha256', secret).update(input).digest('base64url');
    expect(code(`${input}.${mac}`)).toBe('bad-signature');
  });

  it('ignores a key inside the token', () => {
    const jwk = stranger.publicKey.export({ format: 'jwk' });
    const header = { ...goodHeader, jwk, jku: `${issuer}/jwks`, x5u: `${issuer}/x5u` };
    expect(code(signJwt(header, claims, stranger.privateKey))).toBe('bad-signature');
    expect(code(signJwt({ ...header, kid: 'own' }, claims, stranger.privateKey))).toBe('unknown-key');
  });

  it('rejects any modification of a valid token and never throws', () => {
    const good = token();
    // The cache finds a token by its signature, so it must not accept another payload with it.
    expect(code(good)).toBe('accepted');
    const changed = damaged(good).filter((text) => text !== good);
    fc.assert(
      fc.property(changed, (text) => code(text) !== 'accepted'),
      { numRuns: 300 },
    );
    fc.assert(fc.property(oddText(400), (text) => code(text) !== 'accepted'));
  });

  it('rejects another spelling of the same signature', () => {
    const good = token();
    // The last character of an ES256 signature has four unused bits.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(good.at(-1) ?? '');
    expect(last % 16).toBe(0);
    for (let bits = 1; bits < 16; bits += 1) {
      expect(code(good.slice(0, -1) + alphabet[last + bits])).toBe('bad-signature');
    }
    expect(code(good)).toBe('accepted');
  });

  it.each([
    [59_999, 'accepted'],
    [60_000, 'token-expired'],
    [60_001, 'token-expired'],
  ])('allows a clock deviation of a minute: %i ms after the expiry the verdict is %s', (ms, expected) => {
    const text = token();
    expect(code(text)).toBe('accepted');
    time = new Date((seconds + 3600) * 1000 + ms);
    expect(code(text)).toBe(expected);
    expect(code(token({ jti: 'first-seen-late' }))).toBe(expected);
  });

  it.each([0, null, seconds, seconds + 600])(
    'accepts a token whose start is %s, up to ten minutes ahead',
    (nbf) => {
      expect(code(token({ nbf }))).toBe('accepted');
    },
  );

  it('refuses a token more than ten minutes before its "nbf", unless the clock is suspect', () => {
    const text = token({ nbf: seconds + 601 });
    expect(code(text)).toBe('token-premature');
    isSuspect = true;
    expect(code(text)).toBe('accepted');
    isSuspect = false;
    time = new Date((seconds + 1) * 1000);
    expect(code(token({ nbf: seconds + 601, jti: 'later' }))).toBe('accepted');
  });

  it('allows no clock deviation for an expired license', () => {
    const text = token({ license: { ...claims.license, renewal_date: '2026-11-24T12:00:01Z' } });
    expect(code(text)).toBe('accepted');
    time = new Date('2026-11-24T12:00:01Z');
    expect(code(text)).toBe('license-expired');
  });

  it('rejects all tokens until this server is licensed', () => {
    const { identity } = state;
    state = { identity: null };
    expect(code(token())).toBe('server-unlicensed');
    state = { identity };
    expect(code(token())).toBe('accepted');
  });

  it('verifies a cached token once and does not cache rejected tokens', () => {
    const find = vi.spyOn(keys, 'find');
    const [good, bad] = [token(), token({ iss: 'https://other.example' })];
    for (const text of [good, good, bad, bad]) code(text);
    expect(find).toHaveBeenCalledTimes(3);
  });

  it('caches 4,096 tokens and evicts the oldest', () => {
    const [first, second, third] = [token(), token({ jti: 'token-2' }), token({ jti: 'token-3' })];
    for (const text of [first, second]) code(text);
    // Verifying this many signatures would take seconds.
    const { seen } = verifier as unknown as { seen: Map<string, unknown> };
    while (seen.size < 4095) seen.set(`other-${seen.size}`, {});
    const find = vi.spyOn(keys, 'find');
    code(third);
    for (const text of [first, second, third]) code(text);
    expect(find).toHaveBeenCalledTimes(1);
    code(token({ jti: 'token-4' }));
    for (const text of [second, third]) code(text);
    expect(find).toHaveBeenCalledTimes(2);
    code(first);
    expect(find).toHaveBeenCalledTimes(3);
  });

  it('evicts an expired token', () => {
    const text = token();
    expect(code(text)).toBe('accepted');
    time = new Date((seconds + 7200) * 1000);
    const find = vi.spyOn(keys, 'find');
    for (let attempt = 0; attempt < 2; attempt += 1) expect(code(text)).toBe('token-expired');
    expect(find).toHaveBeenCalledTimes(1);
  });

  it('changes its basis with the keys, the list or the identity', async () => {
    const bases = [verifier.basis];
    await revocations.offer(signList([], seconds), listUri);
    bases.push(verifier.basis);
    published = jwks.slice(1);
    await keys.fetch();
    bases.push(verifier.basis);
    for (const [serverId, id] of [
      ['srv-2', 'org-1'],
      ['srv-2', 'org-2'],
    ]) {
      state = { identity: { serverId, organization: { id } } };
      bases.push(verifier.basis);
    }
    state = { identity: null };
    bases.push(verifier.basis);
    expect(new Set(bases).size).toBe(6);
  });

  it('fetches no keys if the key of the token is known', async () => {
    fetchKeys.mockClear();
    expect((await verifier.verify(token(), address)).kind).toBe('accepted');
    expect((await verifier.verify(token({ aud: 'other' }), address)).kind).toBe('refused');
    expect(fetchKeys).not.toHaveBeenCalled();
  });

  it('clears its cache when the identity of this server changes', () => {
    const text = token();
    expect(code(text)).toBe('accepted');
    state = { identity: { serverId: 'srv-2', organization: { id: 'org-1', name: 'Demo' } } };
    expect(code(text)).toBe('wrong-hub');
  });

  it('fetches keys for an unknown key, and at most three times for one address', async () => {
    published = [];
    const fresh = new IssuerKeys(
      { authorizationServer: { issuer: new URL(issuer) } } as unknown as Settings,
      { fetchKeys } as unknown as IssuerDocuments,
      { read: () => Promise.resolve(null), write: () => Promise.resolve() } as unknown as KeyValueStore,
    );
    const store = { state } as unknown as LicenseStore;
    const other = new PeerVerifier(fresh, revocations, store, clock, settings);
    fetchKeys.mockClear();
    published = jwks;
    const both = await Promise.all([
      other.verify(token(), address),
      other.verify(token({ jti: 'token-2' }), address),
    ]);
    expect(both.map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
    for (let attempt = 0; attempt < 20; attempt += 1)
      await other.verify(token({}, { kid: `made-up-${attempt}` }), address);
    expect(fetchKeys).toHaveBeenCalledTimes(3);
  });

  it('accepts a token after its key was replaced under the same id', async () => {
    published = [{ ...stranger.publicKey.export({ format: 'jwk' }), kid: 'ec' }];
    expect(await verifier.verify(signJwt(goodHeader, claims, stranger.privateKey), address)).toMatchObject({
      kind: 'accepted',
    });
    expect(code(token())).toBe('bad-signature');
  });

  it('fetches no keys for a token that other claims make unacceptable', async () => {
    fetchKeys.mockClear();
    for (const text of [token(), token({ aud: 'urn:pos:another' }), 'no token'])
      await verifier.verify(text, address);
    expect(fetchKeys).not.toHaveBeenCalled();
  });

  it('verifies a cached token again if keys and revocations change together', async () => {
    const text = token();
    expect(code(text)).toBe('accepted');
    published = jwks.slice(0, 1);
    await keys.fetch();
    expect(await revocations.offer(signList([9], seconds), listUri)).toBe(true);
    expect(code(text)).toBe('device-revoked');
  });

  it('rejects tokens of an unpublished key, even cached ones', async () => {
    const text = token();
    expect(code(text)).toBe('accepted');
    published = jwks.slice(1);
    await keys.fetch();
    expect(code(text)).toBe('unknown-key');
  });

  it('accepts the issuer as it names itself, with or without a trailing slash', async () => {
    named = `${issuer}/`;
    await keys.fetch();
    expect(code(token({ iss: `${issuer}/` }))).toBe('accepted');
    expect(code(token())).toBe('wrong-issuer');
  });

  it('keeps its keys while the Authorization server is unreachable', async () => {
    fetchKeys.mockRejectedValue(new Error('offline'));
    expect(await keys.fetch()).toBe(false);
    expect(code(token())).toBe('accepted');
  });

  it('rejects a revoked token, even a cached one, and ignores an older list', async () => {
    const text = token();
    expect(code(text)).toBe('accepted');
    expect(await revocations.offer(signList([9], seconds), listUri)).toBe(true);
    expect(code(text)).toBe('device-revoked');
    expect(await revocations.offer(signList([], seconds - 1), listUri)).toBe(false);
    expect(code(text)).toBe('device-revoked');
    expect(code(token({ status: { status_list: { idx: 10, uri: listUri } } }))).toBe('accepted');
  });

  it.each([
    ['of another address', () => [signList([9], seconds), `${issuer}/other`] as const],
    [
      'with an invalid signature',
      () => [signList([9], seconds).replace(/\.[^.]*$/, '.AAAA'), listUri] as const,
    ],
    ['that is a license token', () => [token({ sub: listUri }), listUri] as const],
    ['that is not a JWT', () => ['no list', listUri] as const],
  ])('rejects a list %s', async (_what, make) => {
    const [jwt, uri] = make();
    expect(await revocations.offer(jwt, uri)).toBe(false);
    expect(code(token())).toBe('accepted');
  });
});
