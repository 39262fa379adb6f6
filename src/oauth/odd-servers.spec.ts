import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type CryptoKey, CompactEncrypt, exportJWK, generateKeyPair, type JWK } from 'jose';
import { Agent, fetch as fetchByUndici } from 'undici';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findFreePort } from '../../test/support/find-free-port.js';
import { createCertificateAuthority } from '../../test/support/certificate-authority.js';
import {
  type FakeAuthorizationServer,
  type Misbehavior,
  type RawAnswer,
  signToken,
  startFakeAuthorizationServer,
} from '../../test/support/fake-authorization-server.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { startIdentityServer } from '../../test/support/strangers/identityserver.js';
import { startAuth0 } from '../../test/support/strangers/auth0.js';
import { startKeycloak } from '../../test/support/strangers/keycloak.js';
import { startOpenIddict } from '../../test/support/strangers/openiddict.js';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import type { Profile } from '../domain/profile.js';
import { generateDpopKey } from './dpop-key.js';
import { explainFailure } from './explain-failure.js';
import { OAuthSessions } from './oauth-session.js';
import { OpenidAuthorizationServer } from './openid-authorization-server.js';
import { OpenidIssuerDocuments } from './openid-issuer-documents.js';

const clock = new FakeClock();
const dpopKey = await generateDpopKey();
const expected = { serverId: 'srv-1', organizationId: 'org-1' };
const oauthPath = '/.well-known/oauth-authorization-server';
const openidPath = '/.well-known/openid-configuration';
const now = Math.floor(Date.now() / 1000);

let fake: FakeAuthorizationServer;
let sessions: OAuthSessions;
let adapter: OpenidAuthorizationServer;

beforeEach(async () => {
  fake = await startFakeAuthorizationServer();
  connect();
});

afterEach(() => fake.stop());

function connect(profile: Partial<Profile> = {}, url = fake.url, preset = 'default'): void {
  const settings = loadSettings({ AUTH_SERVER_URL: url, AUTH_SERVER_PROFILE: preset });
  const { authorizationServer } = settings;
  const changed: Settings = {
    ...(settings as Omit<Settings, never>),
    authorizationServer: { ...authorizationServer, profile: { ...authorizationServer.profile, ...profile } },
  };
  sessions = new OAuthSessions(changed);
  adapter = new OpenidAuthorizationServer(sessions, clock);
}

function refresh(key: JWK | null = dpopKey) {
  const secrets = { accessToken: 'old', refreshToken: 'refresh-1', dpopKey: key };
  return adapter.refresh(secrets, expected, vi.fn());
}

function redeem(key: JWK | null = dpopKey) {
  return adapter.redeemDeviceCode('code', key);
}

function json(body: unknown, more: Partial<RawAnswer> = {}): RawAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...more,
  };
}

async function readFake(path: string): Promise<Record<string, unknown>> {
  return (await (await fetch(fake.url + path)).json()) as Record<string, unknown>;
}

describe('a server that a profile describes', () => {
  const device = {
    id: 'srv-1',
    name: 'Store 1',
    kind: 'server' as const,
    url: null,
    organization: { id: 'org-1', name: 'Organization 1' },
    hub: { id: 'srv-9', name: 'Hub', url: 'https://hub.example' },
  };

  it.each([
    ['identityserver', startIdentityServer],
    ['openiddict', startOpenIddict],
    ['keycloak', startKeycloak],
    ['auth0', startAuth0],
  ] as const)('grants and refreshes a license: %s', async (preset, start) => {
    const stranger = await start({ now: () => clock.now() });
    try {
      stranger.setTerms(['xms', 'pay'], '2027-06-30');
      connect({}, stranger.issuer, preset);
      const code = await adapter.requestDeviceCode();
      if (code.kind !== 'issued') throw new Error(code.message);
      stranger.approve(code.userCode, device);
      const granted = await adapter.redeemDeviceCode(code.deviceCode, code.dpopKey);
      if (granted.kind !== 'granted') throw new Error(JSON.stringify(granted));
      expect(granted.grant).toMatchObject({
        identity: { serverId: 'srv-1', serverName: 'Store 1', organization: device.organization },
        license: {
          terms: {
            features: ['xms', 'pay'],
            renewalDate: new Date('2027-06-30T23:59:59Z'),
            hub: device.hub,
          },
        },
      });
      stranger.setTerms(['xms'], null);
      expect(await adapter.refresh(granted.secrets, expected, vi.fn())).toMatchObject({
        kind: 'granted',
        grant: { license: { terms: { features: ['xms'], renewalDate: null } } },
      });
    } finally {
      await stranger.stop();
    }
  });

  it('receives scope and resource of the profile', async () => {
    connect({ scope: 'license offline_access', resource: 'urn:pos:license' });
    await adapter.requestDeviceCode();
    await redeem();
    expect(fake.calls.map(({ form }) => [form.get('scope'), form.get('resource')])).toEqual([
      ['license offline_access', 'urn:pos:license'],
      [null, 'urn:pos:license'],
    ]);
  });

  it.each(['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'] as const)('may sign with %s', async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { modulusLength: 2048 });
    connect({ algorithms: [alg] });
    fake.misbehave(signedBy(privateKey, { alg, kid: 'own' }, await exportJWK(publicKey)));
    expect(await refresh()).toMatchObject({ kind: 'granted' });
  });

  it('is refused if the profile requires DPoP or a status list that it does not have', async () => {
    connect({ dpop: 'required', statusList: 'required' });
    expect(await refresh()).toMatchObject({
      message: expect.stringMatching(/"status.status_list" is required/),
    });
    fake.misbehave({ metadata: { dpop_signing_alg_values_supported: null } });
    sessions.forget();
    expect(await adapter.requestDeviceCode()).toMatchObject({
      code: 'authorization-server-unsuitable',
      message: expect.stringMatching(/dpop_signing_alg_values_supported.*turn on DPoP/),
    });
  });

  it('gets no proof if the profile turns DPoP off', async () => {
    connect({ dpop: 'off' });
    expect(await adapter.requestDeviceCode()).toMatchObject({ kind: 'issued', dpopKey: null });
    expect(await redeem(null)).toMatchObject({ kind: 'granted' });
  });
});

function signedBy(key: CryptoKey, header: { alg: string; kid: string }, publicKey: JWK): Misbehavior {
  return {
    makeToken: (claims, own) => signToken(claims, { ...own, ...header }, key),
    answers: { '/jwks': json({ keys: [{ ...publicKey, kid: header.kid }] }) },
  };
}

describe('an answer that does not fit', () => {
  const rows: readonly { what: string; fault: Misbehavior; says: RegExp }[] = [
    {
      what: 'an id for no NATS subject (K9)',
      fault: { claims: { sub: '>' } },
      says: /"sub" must be 1 to 64/,
    },
    {
      what: 'an issue time two years ahead (A5)',
      fault: { claims: { iat: now + 63_072_000, exp: now + 63_075_600 } },
      says: /"iat" must be at most 10 minutes after the Date/,
    },
    {
      what: 'an encrypted token',
      fault: {
        makeToken: async (claims) =>
          new CompactEncrypt(Buffer.from(JSON.stringify(claims)))
            .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
            .encrypt(new Uint8Array(32)),
      },
      says: /turn off access token encryption/,
    },
    {
      what: 'another audience (E2)',
      fault: { claims: { aud: ['https://pos.example/resources'] } },
      says: /"aud" must contain urn:pos:org-1.*resources.*"audience" in the profile/,
    },
    {
      what: 'another type of token',
      fault: { header: { typ: 'JWT' } },
      says: /"typ" must be .*"tokenTypes" in the profile/,
    },
  ];

  it.each(rows)('names the member and the remedy: $what', async ({ fault, says }) => {
    fake.misbehave(fault);
    const refusal = { code: 'authorization-server-unsuitable', message: expect.stringMatching(says) };
    expect(await refresh()).toMatchObject({ kind: 'unreachable', status: 502, ...refusal });
    expect(await redeem()).toMatchObject({
      kind: 'refused',
      ...refusal,
      secrets: { refreshToken: expect.any(String) },
    });
  });

  it('names the algorithm that the profile does not accept', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    fake.misbehave(signedBy(privateKey, { alg: 'RS256', kid: 'own' }, await exportJWK(publicKey)));
    expect(await refresh()).toMatchObject({
      code: 'authorization-server-unsuitable',
      message: expect.stringMatching(/add RS256 to "algorithms" in the profile/),
    });
  });

  it.each([
    ['400 features (K6)', { features: Array.from({ length: 400 }, (_, index) => `feature-${index}`) }],
    ['a feature of 65 characters', { features: ['xms', 'x'.repeat(65)] }],
  ])('exceeds a bound: refused at the acquisition, cut and kept at a refresh: %s', async (_, license) => {
    fake.misbehave({ claims: { license } });
    expect(await redeem()).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/"license.features"/),
    });
    const answer = await refresh();
    if (answer.kind !== 'granted') throw new Error(answer.message);
    expect(answer.grant.license.terms.features.length).toBeLessThanOrEqual(100);
  });

  it('is a token of more than 11,000 characters: refused at the acquisition, kept at a refresh', async () => {
    fake.misbehave({ claims: { other: 'x'.repeat(11_000) } });
    expect(await redeem()).toMatchObject({ kind: 'refused', message: expect.stringMatching(/11000/) });
    expect(await refresh()).toMatchObject({ kind: 'granted' });
  });
});

describe('an OAuth error', () => {
  it.each([
    ['invalid_grant', 'grant-dead'],
    ['access_denied', 'refused'],
  ])('is read from the body although the answer has WWW-Authenticate (E1): %s', async (error, kind) => {
    const headers = { 'content-type': 'application/json', 'www-authenticate': 'Bearer realm="pos"' };
    fake.misbehave({ answers: { '/token': json({ error }, { status: 401, headers }) } });
    expect(await refresh()).toMatchObject({ kind });
  });

  it.each([
    ['authorization_pending', 'pending'],
    ['slow_down', 'slow-down'],
  ])('is read at a poll although the answer has WWW-Authenticate (E1): %s', async (error, kind) => {
    const headers = { 'content-type': 'application/json', 'www-authenticate': 'DPoP' };
    fake.misbehave({ answers: { '/token': json({ error }, { status: 400, headers }) } });
    expect(await redeem()).toEqual({ kind });
  });

  it.each([
    ['server_error', 400],
    ['temporarily_unavailable', 400],
    ['not found', 404],
    ['slow', 429],
  ])('does not end the polling (E5): %s with HTTP %i', async (error, status) => {
    const headers = { 'content-type': 'application/json', 'retry-after': '8' };
    fake.misbehave({ answers: { '/token': json({ error }, { status, headers }) } });
    expect(await redeem()).toMatchObject({ kind: 'unreachable', retryAfterMs: 8000 });
  });

  it('is cut to 500 characters and made well-formed (E6, E7)', async () => {
    const error_description = `a\ud800\0\r\n\u001b[31m${'x'.repeat(900_000)}`;
    fake.misbehave({
      answers: { '/token': json({ error: 'invalid_request', error_description }, { status: 400 }) },
    });
    const answer = await refresh();
    if (answer.kind === 'granted') throw new Error('The answer was an error.');
    expect(answer.message).toHaveLength(500);
    // oxlint-disable-next-line no-control-regex
    expect(answer.message).not.toMatch(/[\u0000-\u001f\ud800]/);
  });
});

function offerIntrospection(answer: RawAnswer): void {
  const metadata = { introspection_endpoint: `${fake.url}/introspect` };
  fake.misbehave({ metadata, answers: { '/introspect': answer } });
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function makeJwtAnswer(): RawAnswer {
  const claims = { iss: fake.url, aud: 'pos-server', iat: now, token_introspection: { active: false } };
  const header = { alg: 'RS256', typ: 'token-introspection+jwt' };
  const headers = { 'content-type': 'application/token-introspection+jwt' };
  return { status: 200, headers, body: `${encode(header)}.${encode(claims)}.AAAA` };
}

describe('an introspection endpoint (RFC 7662)', () => {
  it('is asked about the license token by the client of the service', async () => {
    offerIntrospection(json({ active: false }));
    expect(await adapter.introspect('token-1')).toEqual({
      kind: 'inactive',
      endpoint: `${fake.url}/introspect`,
      answeredAt: expect.any(Date),
    });
    const form = Object.fromEntries(fake.calls.at(-1)?.form ?? []);
    expect(form).toEqual({ token: 'token-1', token_type_hint: 'access_token', client_id: 'pos-server' });
    offerIntrospection(json({ active: true }));
    expect(await adapter.introspect('token-1')).toMatchObject({ kind: 'active' });
  });

  it('may be absent from the metadata', async () => {
    expect(await adapter.introspect('token-1')).toEqual({ kind: 'not-offered' });
  });

  it.each<[string, () => RawAnswer]>([
    ['a web page', () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' })],
    ['a redirection', () => ({ status: 302, headers: { location: fake.url }, body: '{"active":false}' })],
    ['another good status', () => json({ active: false }, { status: 201 })],
    ['an error that names the token', () => json({ error: 'token-1' }, { status: 401 })],
    ['a server fault', () => json({ active: false }, { status: 500 })],
    ['no member "active"', () => json({ sub: 'srv-1' })],
    ['"active" as a text', () => json({ active: 'false' })],
    ['a list', () => json([{ active: false }])],
    ['more than 1 MB', () => json({ active: false, more: 'x'.repeat(1024 * 1024) })],
    ['a JWT, whose signature nobody verifies', makeJwtAnswer],
  ])('gives no verdict with %s', async (_what, answer) => {
    offerIntrospection(answer());
    const given = await adapter.introspect('token-1');
    expect(given).toMatchObject({ kind: 'unreachable' });
    expect(JSON.stringify(given)).not.toContain('token-1');
  });
});

describe('the cause of an unreachable server', () => {
  it.each([
    ['CERT_REVOKED', /is revoked/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /not trusted.*NODE_EXTRA_CA_CERTS/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /not trusted.*NODE_EXTRA_CA_CERTS/],
  ])('is named for each fault of a certificate (E3): %s', (code, says) => {
    const cause = Object.assign(new Error('tls'), { code });
    expect(explainFailure(new TypeError('fetch failed', { cause }))).toMatchObject({
      status: 503,
      message: expect.stringMatching(says),
    });
  });
});

describe('a server that the network does not let through', () => {
  const authority = createCertificateAuthority();
  const agent = new Agent({ connect: { ca: authority.certificate } });
  afterAll(() => agent.close());

  it.each([
    [
      'is not valid yet',
      authority.issue('localhost', ['490101000000Z', '491231235959Z']),
      /not valid yet: check the date/,
    ],
    ['has expired', authority.issue('localhost', ['000101000000Z', '010101000000Z']), /has expired/],
    ['is for another name', authority.issue('elsewhere.test'), /for another name: check the host/],
    [
      'comes from an unknown authority',
      createCertificateAuthority().issue('localhost'),
      /NODE_EXTRA_CA_CERTS/,
    ],
  ])('is reported with its cause if its certificate %s (E3)', async (_what, certificate, says) => {
    const server = createServer(certificate).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const failed = fetchByUndici(`https://localhost:${port}`, { dispatcher: agent });
    const error: unknown = await failed.catch((cause: unknown) => cause);
    expect(explainFailure(error)).toMatchObject({ status: 503, message: expect.stringMatching(says) });
    server.close();
  });

  it.each([407, 403, 502])(
    'is reported with the proxy and its status if CONNECT fails with %i (E4)',
    async (status) => {
      const proxy = createHttpServer().listen(0, '127.0.0.1');
      proxy.on('connect', (_request, socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\n`));
      await once(proxy, 'listening');
      const { port } = proxy.address() as AddressInfo;
      const settings = {
        AUTH_SERVER_URL: 'https://licensing.test',
        HTTPS_PROXY: `http://user:pw@127.0.0.1:${port}`,
      };
      adapter = new OpenidAuthorizationServer(new OAuthSessions(loadSettings(settings)), clock);
      expect(await adapter.requestDeviceCode()).toMatchObject({
        kind: 'unreachable',
        code: 'authorization-server-unreachable',
        message: expect.stringMatching(`: the proxy 127.0.0.1:${port} answered ${status}.`),
      });
      proxy.close();
    },
  );
});

describe('discovery', () => {
  it.each([
    { status: 401 },
    { status: 403 },
    { status: 405 },
    { status: 400 },
    { status: 302, headers: { location: '/login' } },
    { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
    json([]),
    json({ error: 'not found' }),
  ])('tries the OpenID document on any answer that is not metadata (K2): $status $body', async (answer) => {
    const metadata = await readFake(oauthPath);
    fake.misbehave({ answers: { [oauthPath]: answer, [openidPath]: json(metadata) } });
    expect(await adapter.requestDeviceCode()).toMatchObject({ kind: 'issued' });
  });

  it('reads the metadata again if the token endpoint has moved (K3)', async () => {
    expect(await refresh()).toMatchObject({ kind: 'granted' });
    fake.misbehave({ answers: { '/token': { status: 404 } } });
    expect(await refresh()).toMatchObject({ kind: 'unreachable' });
    // The new address answers with an error that only it can give.
    fake.misbehave({
      metadata: { token_endpoint: `${fake.url}/new-token` },
      answers: { '/token': { status: 404 }, '/new-token': json({ error: 'invalid_grant' }, { status: 400 }) },
    });
    expect(await refresh()).toMatchObject({ kind: 'grant-dead' });
  });

  it('reads the metadata again if it named an address where nothing listens', async () => {
    const url = `http://127.0.0.1:${await findFreePort()}/token`;
    fake.misbehave({ metadata: { token_endpoint: url } });
    expect(await refresh()).toMatchObject({ kind: 'unreachable', isConclusive: true });
    // The page reads the wrong metadata once more.
    await adapter.findUserPortal();
    fake.misbehave();
    expect(await refresh()).toMatchObject({ kind: 'granted' });
  });

  it.each(['jwks_uri', 'token_endpoint', 'device_authorization_endpoint', 'revocation_endpoint'])(
    'refuses an address of another kind than http and https (K8): %s',
    async (member) => {
      fake.misbehave({ metadata: { [member]: 'javascript:alert(1)' } });
      expect(await adapter.requestDeviceCode()).toMatchObject({
        code: 'authorization-server-unsuitable',
        message: expect.stringContaining(`"${member}"`),
      });
    },
  );

  it('shows no link of another kind than http and https (K8)', async () => {
    fake.misbehave({ metadata: { service_documentation: 'javascript:alert(1)' } });
    expect(await adapter.findUserPortal()).toBeNull();
    const body = {
      device_code: 'd',
      user_code: 'u',
      verification_uri: 'javascript:alert(1)',
      expires_in: 600,
    };
    fake.misbehave({ answers: { '/device': json(body) } });
    expect(await adapter.requestDeviceCode()).toMatchObject({
      message: expect.stringContaining('"verification_uri"'),
    });
  });
});

describe('a user code', () => {
  const body = { device_code: 'd', user_code: 'BCDF', verification_uri: 'http://127.0.0.1/device' };

  it.each([
    [0, 5],
    [null, 5],
    ['5', 5],
    [-1, 5],
    [{}, 5],
    [0.05, 0.05],
    [2, 2],
    [3600, 60],
  ])('has an interval within its bounds (A8): %j is %d s', async (interval, intervalSeconds) => {
    fake.misbehave({ answers: { '/device': json({ ...body, expires_in: 1e9, interval }) } });
    expect(await adapter.requestDeviceCode()).toMatchObject({
      kind: 'issued',
      intervalSeconds,
      expiresInSeconds: 86_400,
    });
  });

  it.each([
    ['http://127.0.0.1/device?user_code=BCDF', 'http://127.0.0.1/device?user_code=BCDF'],
    ['javascript:alert(1)', null],
    [`http://127.0.0.1/${'x'.repeat(500)}`, null],
    [undefined, null],
  ])('has a link with the code in it only if that can be shown: %j', async (complete, link) => {
    const answer = { ...body, verification_uri_complete: complete, expires_in: 600 };
    fake.misbehave({ answers: { '/device': json(answer) } });
    expect(await adapter.requestDeviceCode()).toMatchObject({ verificationUriComplete: link });
  });

  it.each(['x'.repeat(65), 'a\nb', 'a\u001b[31m'])(
    'is a short text of one line, not %j',
    async (user_code) => {
      fake.misbehave({ answers: { '/device': json({ ...body, user_code, expires_in: 600 }) } });
      expect(await adapter.requestDeviceCode()).toMatchObject({
        message: expect.stringMatching(/"user_code"/),
      });
    },
  );
});

describe('published keys', () => {
  it('are used although others cannot be (K4)', async () => {
    const { keys } = (await readFake('/jwks')) as unknown as { keys: JWK[] };
    const twin = { ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), kid: keys[0]?.kid };
    const older = Array.from({ length: 199 }, (_, index) => ({ ...twin, kid: `old-${index}` }));
    const odd = [
      null,
      5,
      'key',
      [],
      {},
      { kty: 'EC' },
      { kty: 'oct', k: 'AA' },
      { kty: 'EC', kid: keys[0]?.kid },
    ];
    fake.misbehave({ answers: { '/jwks': json({ keys: [...odd, twin, ...older, ...keys] }) } });
    expect(await refresh()).toMatchObject({ kind: 'granted' });
  });

  it('are fetched again if one was replaced under its id (A4), a bounded number of times', async () => {
    await refresh();
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const { keys } = (await readFake('/jwks')) as unknown as { keys: JWK[] };
    const header = { alg: 'ES256', kid: String(keys[0]?.kid) };
    fake.misbehave(signedBy(privateKey, header, await exportJWK(publicKey)));
    expect(await refresh()).toMatchObject({ kind: 'granted' });
    const fetchKeys = vi.spyOn((await sessions.get()).keys, 'reload');
    fake.misbehave({ makeToken: (claims, own) => signToken(claims, { ...own, ...header }, otherKey) });
    for (let attempt = 0; attempt < 15; attempt += 1) await refresh();
    expect(fetchKeys).toHaveBeenCalledTimes(9);
  });
});

const otherKey = (await generateKeyPair('ES256')).privateKey;

describe('a huge answer (K7)', () => {
  const huge = gzipSync(Buffer.alloc(8 * 1024 * 1024, ' '));

  it.each([oauthPath, '/jwks', '/device', '/token'])(
    'is refused after 1 MB, also compressed: %s',
    async (path) => {
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      fake.misbehave({ answers: { [path]: { status: 200, headers, body: huge } } });
      const answer = path === '/token' ? await refresh() : await adapter.requestDeviceCode();
      expect(answer).toMatchObject({
        kind: 'unreachable',
        message: expect.stringMatching(/more than 1048576 bytes/),
      });
    },
  );

  it('is refused after 6 MB if it is a status list', async () => {
    const documents = new OpenidIssuerDocuments(sessions);
    const headers = { 'content-encoding': 'gzip' };
    fake.misbehave({ answers: { '/status': { status: 200, headers, body: huge } } });
    await expect(documents.fetchStatusList(`${fake.url}/status`)).rejects.toThrow(/more than 6291456 bytes/);
    const list = gzipSync(Buffer.alloc(5 * 1024 * 1024, 'a'));
    fake.misbehave({ answers: { '/status': { status: 200, headers, body: list } } });
    expect(await documents.fetchStatusList(`${fake.url}/status`)).toHaveLength(5 * 1024 * 1024);
  });
});
