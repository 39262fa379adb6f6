import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type FakeAuthorizationServer,
  type Misbehavior,
  startFakeAuthorizationServer,
} from '../../test/support/fake-authorization-server.js';
import { startAuth0 } from '../../test/support/strangers/auth0.js';
import { startIdentityServer } from '../../test/support/strangers/identityserver.js';
import { startKeycloak } from '../../test/support/strangers/keycloak.js';
import { startOpenIddict } from '../../test/support/strangers/openiddict.js';
import type { StrangerDevice } from '../../test/support/strangers/product.js';
import { createConnectionOptions, type ProfileOption } from '../src/index.js';
import { loadProfile } from '../src/load-profile.js';
import { fetchWithoutInterval } from './support/fetch-without-interval.js';
import { TestDevice } from './support/start-device.js';

async function startDevice(url: string, profile: ProfileOption): Promise<TestDevice> {
  const started = await TestDevice.start({ url }, { profile, fetch: fetchWithoutInterval });
  onTestFinished(() => started.device.stop());
  return started;
}

describe('a register at a server with another profile', () => {
  const register: StrangerDevice = {
    id: 'reg-7',
    name: 'Till 7',
    kind: 'register',
    url: null,
    organization: { id: 'org-9', name: 'Strangers' },
    hub: { id: 'srv-12', name: 'Store 12', url: 'https://store-12.example' },
  };

  it.each([
    { preset: 'identityserver', start: startIdentityServer, isBound: true },
    { preset: 'openiddict', start: startOpenIddict, isBound: false },
    { preset: 'keycloak', start: startKeycloak, isBound: true },
    { preset: 'auth0', start: startAuth0, isBound: false },
  ])(
    'acquires, refreshes and loads a license token at a server that behaves like $preset',
    async ({ preset, start, isBound }) => {
      const stranger = await start({ now: () => new Date() });
      onTestFinished(() => stranger.stop());
      stranger.setTerms(['pos', 'pay'], '2027-06-30');
      const { device, storage } = await startDevice(stranger.issuer, preset);
      await device.authorize(({ userCode }) => stranger.approve(userCode, register));
      expect(device.isBound).toBe(isBound);
      expect(device.license).toMatchObject({
        deviceId: 'reg-7',
        deviceName: 'Till 7',
        kind: 'register',
        organization: register.organization,
        features: ['pos', 'pay'],
        renewalDate: new Date('2027-06-30T23:59:59Z'),
        hub: register.hub,
      });

      stranger.setTerms(['pos'], null);
      await device.refresh();
      expect(device.license).toMatchObject({ features: ['pos'], renewalDate: null });
      const again = await TestDevice.start({ url: stranger.issuer }, { storage, profile: preset });
      onTestFinished(() => again.device.stop());
      expect(again.device.token).toBe(device.token);
      const credentials = { token: device.token, profile: preset };
      expect(createConnectionOptions({ natsUrl: 'nats://127.0.0.1:1', ...credentials }).name).toBe('reg-7');
    },
  );

  it('needs the profile of that server, and keeps nothing without it', async () => {
    const stranger = await startKeycloak({ now: () => new Date() });
    onTestFinished(() => stranger.stop());
    const { device, storage } = await startDevice(stranger.issuer, 'default');
    const authorized = device.authorize(({ userCode }) => stranger.approve(userCode, register));
    await expect(authorized).rejects.toMatchObject({ code: 'token-not-acceptable' });
    expect(storage.writes).toEqual([]);
  });
});

describe('a register with its own profile', () => {
  const claims = {
    sub: 'reg-1',
    client_id: 'till-app',
    device: { id: 'reg-1', name: 'Till 1' },
    license: { features: ['pos'], renewal_date: '2027-06-30' },
  };
  const profile = {
    clientIds: { register: 'till-app' },
    scope: 'license offline_access',
    resource: 'urn:pos:license',
    dateZone: 'America/New_York',
  };

  let fake: FakeAuthorizationServer;

  async function authorize(option: ProfileOption, fault: Misbehavior = {}): Promise<TestDevice> {
    fake = await startFakeAuthorizationServer();
    onTestFinished(() => fake.stop());
    fake.misbehave({ ...fault, claims: { ...claims, ...fault.claims } });
    const till = await startDevice(fake.url, option);
    await till.device.authorize(() => undefined);
    return till;
  }

  it('sends its client id, scope and resource, and reads dates in its zone', async () => {
    const till = await authorize(profile);
    await till.device.refresh();
    expect(till.device.license).toMatchObject({
      kind: 'register',
      renewalDate: new Date('2027-07-01T03:59:59Z'),
    });
    const parameters = ['client_id', 'scope', 'resource'];
    expect(fake.calls.map(({ form }) => parameters.map((name) => form.get(name)))).toEqual([
      ['till-app', 'license offline_access', 'urn:pos:license'],
      ['till-app', null, 'urn:pos:license'],
      ['till-app', null, 'urn:pos:license'],
    ]);
  });

  it('sends no proof of a key if the profile turns DPoP off', async () => {
    const till = await authorize({ ...profile, dpop: 'off' });
    await till.device.refresh();
    expect(till.device.isBound).toBe(false);
    expect(fake.calls.map(({ path, proof }) => [path, proof])).toEqual([
      ['/device', undefined],
      ['/token', undefined],
      ['/token', undefined],
    ]);
  });

  it('asks for no user code if the profile requires DPoP and the server does not offer it', async () => {
    const metadata = { dpop_signing_alg_values_supported: undefined };
    await expect(authorize({ ...profile, dpop: 'required' }, { metadata })).rejects.toMatchObject({
      code: 'token-not-acceptable',
      message: expect.stringContaining('DPoP') as string,
    });
    expect(fake.calls).toEqual([]);
  });

  it.each<{ what: string; fault: Misbehavior; message: RegExp }>([
    { what: 'audience', fault: { claims: { aud: 'urn:pos:other' } }, message: /"aud" must contain/ },
    { what: 'type', fault: { header: { typ: 'JWT' } }, message: /"typ" must be at\+jwt/ },
    { what: 'client', fault: { claims: { client_id: 'other' } }, message: /"device.kind" must be/ },
  ])('refuses a token of another $what', async ({ fault, message }) => {
    const refused = { code: 'token-not-acceptable', message: expect.stringMatching(message) as string };
    await expect(authorize(profile, fault)).rejects.toMatchObject(refused);
  });

  it('refuses a token with another algorithm', async () => {
    await expect(authorize({ ...profile, algorithms: ['RS256'] })).rejects.toMatchObject({
      message: expect.stringContaining('"alg" must be RS256; it is ES256') as string,
    });
  });

  it.each(['5', 0, null, -1])('accepts the interval %j of a user code', async (interval) => {
    // The code ends immediately, so the device does not poll.
    const code = {
      device_code: 'd',
      user_code: 'u',
      verification_uri: 'http://127.0.0.1/',
      expires_in: 0,
      interval,
    };
    fake = await startFakeAuthorizationServer();
    onTestFinished(() => fake.stop());
    const headers = { 'content-type': 'application/json' };
    fake.misbehave({ answers: { '/device': { status: 200, headers, body: JSON.stringify(code) } } });
    const { device } = await TestDevice.start(fake);
    onTestFinished(() => device.stop());
    await expect(device.authorize(() => undefined)).rejects.toMatchObject({ code: 'user-code-expired' });
  });

  it('finds an endpoint that has moved, because it reads the metadata again', async () => {
    const till = await authorize(profile);
    fake.misbehave({ claims, answers: { '/token': { status: 404 } } });
    await expect(till.device.refresh()).rejects.toMatchObject({ code: 'authorization-server-refused' });
    const metadata = { token_endpoint: `${fake.url}/moved` };
    fake.misbehave({ claims, metadata });
    await expect(till.device.refresh()).rejects.toMatchObject({ code: 'authorization-server-refused' });
    expect(fake.calls.at(-1)?.path).toBe('/moved');
  });
});

describe('the profile of a register', () => {
  it('is refused with all its faults', () => {
    const faults = /profile: "algorithms" must be .*; "zone" is not a member of a profile\./;
    expect(() => loadProfile({ algorithms: ['HS256'], zone: 'UTC' })).toThrow(faults);
    expect(() => loadProfile('okta')).toThrow(/okta is not a preset \(auth0, default, /);
    expect(() => loadProfile('./nowhere.json')).toThrow(/cannot be read/);
  });

  it('may be the path of a file', () => {
    const path = new URL('../../profiles/keycloak.json', import.meta.url).pathname;
    expect(loadProfile(path)).toEqual(loadProfile('keycloak'));
  });
});
