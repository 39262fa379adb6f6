import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidSettingsError, loadSettings } from './load-settings.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function faultsOf(variables: Record<string, string>): readonly string[] {
  try {
    loadSettings(variables);
    return [];
  } catch (error) {
    if (error instanceof InvalidSettingsError) return error.faults;
    throw error;
  }
}

function writeSecret(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

describe('loadSettings', () => {
  it('reads the settings of a proxy in lower case unless they are set in upper case', () => {
    expect(
      loadSettings({
        https_proxy: 'http://lower:3128',
        HTTP_PROXY: 'http://upper:3128',
        http_proxy: 'http://ignored:3128',
        no_proxy: 'localhost',
      }).proxy,
    ).toEqual({ https: 'http://lower:3128', http: 'http://upper:3128', exceptions: 'localhost' });
  });

  it('returns the defaults if nothing is set', () => {
    expect(loadSettings({})).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      dataDir: resolve('data'),
      authorizationServer: { issuer: new URL('http://127.0.0.1:4000') },
      nats: { url: 'nats://127.0.0.1:4222', login: null, callout: null, sys: null },
      adminToken: null,
      encryptionKey: null,
      policy: {
        renewalWindowMs: 30 * 86_400_000,
        tokenWarningsSeconds: [48 * 3600, 24 * 3600, 6 * 3600],
        refreshIntervalMs: 86_400_000,
      },
      hasDocs: true,
      logLevel: 'info',
    });
  });

  it('treats an empty variable as not set', () => {
    expect(loadSettings({ PORT: '', ADMIN_TOKEN: '', ENCRYPTION_KEY: '', TOKEN_WARNINGS: '' })).toEqual(
      loadSettings({}),
    );
  });

  it('converts values to the types that the code uses', () => {
    expect(
      loadSettings({
        RENEWAL_WARNING_DAYS: '7',
        TOKEN_WARNINGS: '2d,90m,45s',
        REFRESH_INTERVAL: '12h',
        DOCS: 'off',
        PAGE_LANGUAGE: 'es',
        LOG_FORMAT: 'json',
      }),
    ).toMatchObject({
      policy: {
        renewalWindowMs: 7 * 86_400_000,
        tokenWarningsSeconds: [172_800, 5400, 45],
        refreshIntervalMs: 12 * 3_600_000,
      },
      hasDocs: false,
      pageLanguage: 'es',
      logFormat: 'json',
    });
  });

  it('reports all faults together, each with the name of its setting', () => {
    const faults = faultsOf({
      PORT: 'http',
      AUTH_SERVER_URL: 'as.example',
      NATS_URL: 'http://broker',
      HUB_NATS_URL: 'nats://user:password@hub',
      ADMIN_TOKEN: 'short',
      ENCRYPTION_KEY: 'not a key',
      RENEWAL_WARNING_DAYS: '-1',
      TOKEN_WARNINGS: 'soon',
      REFRESH_INTERVAL: '24',
      DOCS: 'yes',
      PAGE_LANGUAGE: 'de',
      LOG_LEVEL: 'loud',
      LOG_FORMAT: 'xml',
    });
    for (const name of [
      'PORT',
      'AUTH_SERVER_URL',
      'NATS_URL',
      'HUB_NATS_URL',
      'ADMIN_TOKEN',
      'ENCRYPTION_KEY',
      'RENEWAL_WARNING_DAYS',
      'TOKEN_WARNINGS',
      'REFRESH_INTERVAL',
      'DOCS',
      'PAGE_LANGUAGE',
      'LOG_LEVEL',
      'LOG_FORMAT',
    ]) {
      expect(faults.filter((fault) => fault.startsWith(name))).toHaveLength(1);
    }
  });

  it.each([
    { variables: { TOKEN_WARNINGS: '6h,24h,48h' }, expected: /longest to the shortest/ },
    { variables: { TOKEN_WARNINGS: '6h,6h' }, expected: /longest to the shortest/ },
    { variables: { TOKEN_WARNINGS: '4h,3h,2h,1h' }, expected: /one to three/ },
    { variables: { NATS_USER: 'licensing' }, expected: /NATS_USER and NATS_PASSWORD must be set together/ },
    { variables: { NATS_PASSWORD: 'secret' }, expected: /NATS_USER and NATS_PASSWORD must be set together/ },
    { variables: { PORT: '65536' }, expected: /PORT must be a whole number from 0 to 65535/ },
    { variables: { TRUST_PROXY: 'proxy.example' }, expected: /TRUST_PROXY must be addresses of proxies/ },
    { variables: { TRUST_PROXY: '10.0.0.1,' }, expected: /TRUST_PROXY must be addresses of proxies/ },
    { variables: { TRUST_PROXY: '0.0.0.0/0' }, expected: /TRUST_PROXY must be addresses of proxies/ },
    { variables: { TRUST_PROXY: '10.0.0.0/33' }, expected: /TRUST_PROXY must be addresses of proxies/ },
    { variables: { AUTH_SERVER_URL: 'https://as.example/?a=b' }, expected: /without a query/ },
    { variables: { WEBHOOK_URL: 'http://pager.example' }, expected: /WEBHOOK_URL must begin with https/ },
    { variables: { WEBHOOK_URL: 'https://user:word@pager.example' }, expected: /WEBHOOK_URL must be/ },
    { variables: { WEBHOOK_SECRET: 'a-key-of-the-webhook' }, expected: /WEBHOOK_SECRET needs WEBHOOK_URL/ },
    { variables: { RUNBOOK_URL: 'https://wiki.example/#ops' }, expected: /RUNBOOK_URL must be/ },
    { variables: { ALLOW_INSECURE_NATS: 'yes' }, expected: /ALLOW_INSECURE_NATS must be on or off/ },
    {
      variables: { NATS_CALLOUT_XKEY_SEED: `SA${'A'.repeat(56)}` },
      expected: /NATS_CALLOUT_XKEY_SEED must be the seed/,
    },
  ])('rejects $variables', ({ variables, expected }) => {
    const faults = faultsOf(variables);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(expected);
  });

  it('accepts IPv4 and IPv6 addresses and networks as TRUST_PROXY', () => {
    expect(loadSettings({ TRUST_PROXY: '127.0.0.1, 10.0.0.0/8,::1,fd00::/8' }).trustedProxies).toEqual([
      '127.0.0.1',
      '10.0.0.0/8',
      '::1',
      'fd00::/8',
    ]);
    expect(loadSettings({}).trustedProxies).toEqual([]);
  });

  it.each([
    ['DATA_DIR', './data '],
    ['DATA_DIR', './data\r'],
    ['PORT', ' '],
    ['ADMIN_TOKEN', 'a-token-long-enough\r'],
    ['NATS_URL', ' nats://127.0.0.1:4222'],
    ['HOST', '127.0.0.1\u0000'],
  ])('refuses white space and control characters by the name of the setting: %s=%j', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${name} must not begin or end with white space`)),
    ]);
  });

  it.each(['ca%nary', 'ca@nary', 'ca/nary', 'ca#nary', 'ca?nary', 'ca:nary'])(
    'asks to percent-encode the password %s of DATABASE_URL without printing it',
    (password) => {
      const faults = faultsOf({ DATABASE_URL: `postgres://pos:${password}@db.example:5432/pos` });
      expect(faults).toEqual([
        expect.stringMatching(/^DATABASE_URL must have special characters .* percent-encoded/),
      ]);
      expect(faults.join()).not.toContain('nary');
    },
  );

  it.each([
    'postgres://pos:ca%25n%40ry@db.example:5432/pos?sslmode=verify-full',
    'postgres://pos@db.example/pos?sslmode=verify-full',
    'postgresql://%2Fvar%2Frun%2Fpostgresql/pos',
    'sqlite:/data/a@b:c%.sqlite',
  ])('accepts the database %s', (url) => {
    expect(faultsOf({ DATABASE_URL: url })).toEqual([]);
  });

  it('never includes a secret in a fault', () => {
    const faults = faultsOf({ ADMIN_TOKEN: 'canary', ENCRYPTION_KEY: 'canary' });
    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toContain('canary');
  });
});

describe('the URL of the Authorization server', () => {
  it.each([
    ['https://as.example/.well-known/openid-configuration', 'https://as.example'],
    ['https://as.example/.well-known/oauth-authorization-server', 'https://as.example'],
    ['https://as.example/.well-known/oauth-authorization-server/realms/pos', 'https://as.example/realms/pos'],
    ['https://as.example/realms/pos/.well-known/openid-configuration', 'https://as.example/realms/pos'],
  ])('is refused if it is the URL of metadata, naming the issuer: %s', (url, issuer) => {
    expect(faultsOf({ AUTH_SERVER_URL: url })).toEqual([
      `AUTH_SERVER_URL is the URL of metadata: set it to the issuer, which is probably ${issuer}`,
    ]);
  });

  it('permits insecure requests if it is http', () => {
    const variables = { AUTH_SERVER_URL: 'http://as.example', ALLOW_INSECURE_AUTH_SERVER: 'on' };
    expect(loadSettings(variables)).toMatchObject({ authorizationServer: { isInsecureAllowed: true } });
    expect(faultsOf({ ...variables, ALLOW_INSECURE_AUTH_SERVER: 'off' })).toHaveLength(1);
  });

  it('permits no insecure request if it is https', () => {
    expect(
      loadSettings({ AUTH_SERVER_URL: 'https://as.example', ALLOW_INSECURE_AUTH_SERVER: 'on' }),
    ).toMatchObject({ authorizationServer: { isInsecureAllowed: false } });
  });
});

function profileOf(members: object): ReturnType<typeof loadSettings>['authorizationServer']['profile'] {
  return loadSettings({ AUTH_SERVER_PROFILE: writeSecret('profile.json', JSON.stringify(members)) })
    .authorizationServer.profile;
}

function profileFaults(content: string): readonly string[] {
  return faultsOf({ AUTH_SERVER_PROFILE: writeSecret('profile.json', content) });
}

describe('the profile of the Authorization server', () => {
  it('is that of the contract where nothing is set', () => {
    expect(loadSettings({}).authorizationServer.profile).toMatchObject({
      clientIds: { server: 'pos-server', register: 'pos-register' },
      audience: 'urn:pos:{organizationId}',
      algorithms: ['ES256', 'EdDSA'],
      claims: { deviceId: ['sub'], features: ['license', 'features'], hubId: ['license', 'hub', 'id'] },
      dpop: 'preferred',
      introspection: 'off',
    });
  });

  it.each(['default', 'identityserver', 'openiddict', 'keycloak', 'auth0'])(
    'may be the preset %s',
    (preset) => {
      const { profile } = loadSettings({ AUTH_SERVER_PROFILE: preset }).authorizationServer;
      expect(profile.clientIds.server).toBe('pos-server');
      expect(Object.keys(profile.claims)).toHaveLength(12);
    },
  );

  it('takes absent members from the default, inside of claims and clientIds as well', () => {
    expect(profileOf({})).toEqual(loadSettings({}).authorizationServer.profile);
    const claims = { deviceId: ['https://pos.example/device'], features: 'a.b' };
    expect(profileOf({ clientIds: { server: 'shop' }, claims })).toMatchObject({
      clientIds: { server: 'shop', register: 'pos-register' },
      claims: {
        deviceId: ['https://pos.example/device'],
        features: ['a', 'b'],
        renewalDate: ['license', 'renewal_date'],
      },
    });
  });

  it('is refused with all faults together, and unknown members by name', () => {
    const faults = profileFaults(
      JSON.stringify({
        clientIds: { server: '', till: 'x' },
        scope: 5,
        resource: [],
        audience: null,
        tokenTypes: [],
        algorithms: ['HS256'],
        claims: { deviceId: '', features: 'a..b', hubId: [], deviceName: null, license: 'x' },
        featureSeparator: '',
        dateZone: 'Mars/Olympus',
        dpop: true,
        statusList: 'sometimes',
        introspection: 'required',
        secret: 'x',
      }),
    );
    const names = [
      'clientIds.server',
      'clientIds.till',
      'scope',
      'resource',
      'audience',
      'tokenTypes',
      'algorithms',
      'claims.deviceId',
      'claims.features',
      'claims.hubId',
      'claims.deviceName',
      'claims.license',
      'featureSeparator',
      'dateZone',
      'dpop',
      'statusList',
      'introspection',
      'secret',
    ];
    for (const name of names) {
      expect(faults.filter((fault) => fault.includes(`: "${name}" `))).toHaveLength(1);
    }
    expect(faults).toHaveLength(names.length);
    expect(faults.every((fault) => fault.startsWith('AUTH_SERVER_PROFILE: '))).toBe(true);
    expect(faults.join()).toMatch(/"secret" is not a member of a profile/);
  });

  it.each(['', 'not json', '[]', 'null', '{"claims":[]}', '{"clientIds":null}', '{"claims":"sub"}'])(
    'is refused if the file contains %j',
    (content) => {
      expect(profileFaults(content)).toHaveLength(1);
    },
  );

  it('is refused if there is no such preset or file', () => {
    expect(faultsOf({ AUTH_SERVER_PROFILE: 'okta' })[0]).toMatch(/okta is not a preset \(auth0, default, /);
    expect(faultsOf({ AUTH_SERVER_PROFILE: join(folder, 'nowhere.json') })[0]).toMatch(/cannot be read/);
    expect(faultsOf({ AUTH_SERVER_PROFILE: './__proto__' })[0]).toMatch(/cannot be read/);
  });
});

describe('a secret in a file', () => {
  it('is read without its trailing newline', () => {
    const path = writeSecret('admin-token', 'a-token-long-enough\n');
    expect(loadSettings({ ADMIN_TOKEN_FILE: path }).adminToken).toBe('a-token-long-enough');
  });

  it('loses exactly one line break', () => {
    const withTwo = writeSecret('two-line-breaks', 'a-token-long-enough\n\n');
    expect(faultsOf({ ADMIN_TOKEN_FILE: withTwo })).toEqual([expect.stringMatching(/^ADMIN_TOKEN must not/)]);
    const ofWindows = writeSecret('line-break-of-windows', 'a-token-long-enough\r\n');
    expect(loadSettings({ ADMIN_TOKEN_FILE: ofWindows }).adminToken).toBe('a-token-long-enough');
  });

  it('must not be set together with its variable', () => {
    const path = writeSecret('admin-token', 'a-token-long-enough');
    const faults = faultsOf({ ADMIN_TOKEN_FILE: path, ADMIN_TOKEN: 'another-long-enough' });
    expect(faults).toEqual(['ADMIN_TOKEN and ADMIN_TOKEN_FILE are both set: remove one']);
  });

  it('must exist', () => {
    const [fault] = faultsOf({ ENCRYPTION_KEY_FILE: join(folder, 'nowhere') });
    expect(fault).toMatch(/^ENCRYPTION_KEY_FILE names a file that cannot be read/);
  });

  it('is validated like the variable', () => {
    expect(faultsOf({ ADMIN_TOKEN_FILE: writeSecret('short', 'short') })).toEqual([
      'ADMIN_TOKEN must have at least 16 characters',
    ]);
  });

  it('counts as not set if the file is empty', () => {
    const faults = faultsOf({ ADMIN_TOKEN_FILE: writeSecret('empty', '\n') });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^ADMIN_TOKEN/);
  });
});
