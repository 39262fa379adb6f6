import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readableRenewalDates, unreadableRenewalDates } from '../../test/support/renewal-dates.js';
import { readProfile } from '../../test/support/read-profile.js';
import { type LicenseClaims, readLicenseClaims } from './license-claims.js';
import { hasAudience, isTokenType, type Profile } from './profile.js';

const ownProfile = readProfile('default');

/** The claims of the contract, for a device of the default profile. */
const complete = {
  sub: 'srv-1',
  client_id: 'pos-server',
  iat: 1_795_521_600,
  exp: 1_795_525_200,
  cnf: { jkt: 'a'.repeat(43) },
  organization: { id: 'org-1', name: 'Organization 1' },
  device: { name: 'Server 1', kind: 'server', url: 'https://store.example' },
  license: {
    features: ['xms'],
    renewal_date: '2027-06-30',
    hub: { id: 'srv-9', name: 'Hub', url: 'https://hub.example' },
  },
};

function read(payload: object, profile = ownProfile): LicenseClaims {
  const reading = readLicenseClaims({ ...payload }, profile);
  if (reading.kind === 'unreadable') throw new Error(reading.faults.join('; '));
  return reading.claims;
}

function faultsOf(payload: object, profile: Profile = ownProfile): readonly string[] {
  const reading = readLicenseClaims({ ...payload }, profile);
  return reading.kind === 'unreadable' ? reading.faults : [];
}

function excessOf(payload: object): readonly string[] {
  const reading = readLicenseClaims({ ...payload }, ownProfile);
  return reading.kind === 'read' ? reading.excess : reading.faults;
}

function withLicense(license: object): object {
  return { ...complete, license: { ...complete.license, ...license } };
}

describe('the claims of a license token', () => {
  it('are read by the default profile', () => {
    expect(read(complete)).toEqual({
      deviceId: 'srv-1',
      deviceName: 'Server 1',
      deviceKind: 'server',
      deviceUrl: 'https://store.example',
      organizationId: 'org-1',
      organizationName: 'Organization 1',
      features: ['xms'],
      renewalDate: new Date('2027-06-30T23:59:59Z'),
      hub: { id: 'srv-9', name: 'Hub', url: 'https://hub.example' },
      clientId: 'pos-server',
      issuedAt: new Date(1_795_521_600_000),
      expiresAt: new Date(1_795_525_200_000),
      notBefore: null,
      keyThumbprint: 'a'.repeat(43),
    });
  });

  it.each(['default', 'identityserver', 'openiddict', 'keycloak', 'auth0'])(
    'are read by the names of the preset %s',
    (preset) => {
      const profile = readProfile(preset);
      const { iat, exp } = complete;
      const payload: Record<string, unknown> = { iat, exp };
      const values = {
        deviceId: 'srv-1',
        organizationId: 'org-1',
        features: ['xms', 'pay'],
        clientId: profile.clientIds.register,
        hubId: 'srv-9',
      };
      for (const [name, value] of Object.entries(values)) {
        const path = profile.claims[name as keyof Profile['claims']];
        const [first = '', ...deeper] = path;
        const nested = deeper.reduceRight<unknown>((inner, member) => ({ [member]: inner }), value);
        payload[first] = deeper.length > 0 ? mergeInto(payload[first], nested) : nested;
      }
      expect(read(payload, profile)).toMatchObject({
        deviceId: 'srv-1',
        deviceName: 'srv-1',
        deviceKind: 'register',
        organizationName: 'org-1',
        features: ['xms', 'pay'],
        hub: { id: 'srv-9', name: 'srv-9', url: null },
        renewalDate: null,
        keyThumbprint: null,
      });
    },
  );

  it('are absent if they are null', () => {
    const payload = {
      ...complete,
      cnf: null,
      client_id: null,
      organization: { id: 'org-1', name: null },
      device: null,
      license: { features: [], renewal_date: null, hub: { id: 'srv-9', name: null, url: null } },
    };
    expect(read(payload)).toMatchObject({
      deviceName: 'srv-1',
      deviceKind: null,
      deviceUrl: null,
      organizationName: 'org-1',
      renewalDate: null,
      hub: { id: 'srv-9', name: 'srv-9', url: null },
      clientId: null,
      keyThumbprint: null,
    });
    expect(read(withLicense({ hub: null })).hub).toBeNull();
  });

  it.each([
    ['deviceId', { sub: undefined }, '"sub" is required'],
    ['deviceId', { sub: 'store.12 north' }, '"sub" must be'],
    ['deviceId', { sub: '>' }, '"sub" must be'],
    ['deviceId', { sub: 'x'.repeat(65) }, '"sub" must be'],
    ['deviceId', { sub: 12 }, '"sub" must be'],
    ['organizationId', { organization: { id: '' } }, '"organization.id" must be'],
    ['organizationId', { organization: 'org-1' }, '"organization.id" is required'],
    ['organizationName', { organization: { id: 'org-1', name: 5 } }, '"organization.name" must be'],
    ['deviceKind', { device: { kind: 'printer' } }, '"device.kind" must be'],
    ['features', { license: {} }, '"license.features" is required'],
    ['features', { license: { features: [1] } }, '"license.features" must be'],
    ['hubId', { license: { features: [], hub: { id: 'a b' } } }, '"license.hub.id" must be'],
    ['iat', { iat: '1795521600' }, '"iat" must be'],
    ['exp', { exp: 1_795_525_200_000_000 }, '"exp" must be'],
    ['exp', { exp: complete.iat }, '"exp" must be later'],
    ['cnf', { cnf: {} }, '"cnf.jkt" must be'],
    ['cnf', { cnf: { 'x5t#S256': 'a' } }, '"cnf.jkt" must be'],
    ['cnf', { cnf: { jkt: 'short' } }, '"cnf.jkt" must be'],
  ])('are unreadable for a wrong %s: %j', (_, change, fault) => {
    expect(faultsOf({ ...complete, ...change })).toEqual([expect.stringContaining(fault)]);
  });

  it('are unreadable with all faults listed', () => {
    expect(faultsOf({})).toHaveLength(5);
    expect(faultsOf({ ...complete, exp: undefined })).toEqual([expect.stringContaining('"exp" must be')]);
  });

  it('are unreadable if sub and device.id differ', () => {
    const payload = { ...complete, device: { ...complete.device, id: 'srv-2' } };
    expect(faultsOf(payload)).toEqual(['"sub" must be the same as device.id']);
    for (const id of ['srv-1', null, undefined])
      expect(faultsOf({ ...complete, device: { ...complete.device, id } })).toEqual([]);
    for (const device of ['srv-2', null]) expect(faultsOf({ ...complete, device })).toEqual([]);
  });

  it.each([[['device_id']], [['device', 'sub']], [['sub', 'id']]])(
    'are readable with another device.id if the profile reads the device id at %j',
    (deviceId) => {
      const profile: Profile = { ...ownProfile, claims: { ...ownProfile.claims, deviceId } };
      const payload = {
        ...complete,
        sub: { id: 'srv-1' },
        device_id: 'srv-1',
        device: { kind: 'server', sub: 'srv-1', id: 'srv-2' },
      };
      expect(read(payload, profile).deviceId).toBe('srv-1');
    },
  );

  it('contain the kind of device that the client id stands for if they name none', () => {
    const kindOf = (client_id: string) => read({ ...complete, client_id, device: {} }).deviceKind;
    expect(['pos-server', 'pos-register', 'other', ''].map(kindOf)).toEqual([
      'server',
      'register',
      null,
      null,
    ]);
    expect(read({ ...complete, client_id: 'pos-register' }).deviceKind).toBe('server');
  });

  it('contain the device id as the name if the name is empty', () => {
    expect(read({ ...complete, device: { name: '' } }).deviceName).toBe('srv-1');
  });

  it.each(readableRenewalDates)('contain the renewal date %j as %s', (claim, expected) => {
    expect(read(withLicense({ renewal_date: claim })).renewalDate?.toISOString()).toBe(expected);
  });

  it.each(unreadableRenewalDates.map((claim) => [claim]))(
    'are unreadable for the renewal date %j, which never means that the license has no end',
    (claim) => {
      expect(faultsOf(withLicense({ renewal_date: claim }))).toEqual([
        expect.stringContaining('"license.renewal_date" must be'),
      ]);
    },
  );

  it('contain a renewal date without a time in the zone of the profile', () => {
    const profile: Profile = { ...ownProfile, dateZone: 'America/New_York' };
    expect(read(complete, profile).renewalDate).toEqual(new Date('2027-07-01T03:59:59Z'));
  });

  it.each([
    [null, 'xms', ['xms']],
    [null, 'xms pay', ['xms pay']],
    [' ', 'xms  pay ', ['xms', 'pay']],
    [',', 'xms, pay', ['xms', 'pay']],
    [' ', '', []],
    [' ', ['xms', 'two words'], ['xms', 'two words']],
  ])('contain features with the separator %j: %j', (featureSeparator, features, expected) => {
    expect(read(withLicense({ features }), { ...ownProfile, featureSeparator }).features).toEqual(expected);
  });

  it('contain as many and as long features, and as long a URL, as the bounds permit', () => {
    const features = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(64, 'x'));
    const payload = { ...withLicense({ features }), device: { url: `https://${'a'.repeat(2040)}` } };
    expect(read(payload)).toMatchObject({ features, deviceUrl: payload.device.url });
    expect(excessOf(payload)).toEqual([]);
  });

  it('leave out features that exceed the bounds, and report it', () => {
    const many = Array.from({ length: 101 }, (_, index) => `f${index}`);
    expect(read(withLicense({ features: many })).features).toEqual(many.slice(0, 100));
    expect(excessOf(withLicense({ features: many }))).toEqual([expect.stringContaining('at most 100')]);
    for (const wrong of ['x'.repeat(65), 'a\0b', 'a\ud800', 'a\nb', '']) {
      expect(read(withLicense({ features: ['xms', wrong] })).features).toEqual(['xms']);
      expect(excessOf(withLicense({ features: ['xms', wrong] }))).toEqual([expect.stringContaining('64')]);
    }
  });

  it('leave out a URL that exceeds the bounds, and report it', () => {
    const payload = { ...complete, device: { url: `https://${'a'.repeat(2048)}` } };
    expect(read(payload).deviceUrl).toBeNull();
    expect(excessOf(payload)).toEqual(['"device.url" must be a URL of at most 2048 characters']);
  });

  it('contain well-formed names of at most 256 characters', () => {
    const { deviceName } = read({ ...complete, device: { name: `a\0\ud800${'n'.repeat(300)}` } });
    expect(deviceName).toHaveLength(256);
    expect(deviceName).toMatch(/^a \uFFFDn+$/);
  });

  it('are not read from the prototype of an object', () => {
    const profile: Profile = {
      ...ownProfile,
      claims: { ...ownProfile.claims, deviceName: ['constructor', 'name'] },
    };
    expect(read(complete, profile).deviceName).toBe('srv-1');
  });

  it('are read or unreadable for any values, and never throw', () => {
    const value = fc.oneof(fc.anything(), fc.constant(null));
    const payloads = fc.record({
      sub: fc.oneof(value, fc.constant('srv-1')),
      iat: value,
      exp: value,
      cnf: value,
      organization: value,
      device: value,
      license: value,
    });
    fc.assert(
      fc.property(payloads, (payload) =>
        ['read', 'unreadable'].includes(readLicenseClaims(payload, ownProfile).kind),
      ),
      { numRuns: 2000 },
    );
  });
});

describe('a profile', () => {
  it('accepts the audience of the token’s own organization, among others as well', () => {
    expect(hasAudience('urn:pos:org-1', ownProfile, 'org-1')).toBe(true);
    expect(hasAudience(['other', 'urn:pos:org-1'], ownProfile, 'org-1')).toBe(true);
    expect(hasAudience('urn:pos:org-2', ownProfile, 'org-1')).toBe(false);
    expect(hasAudience(undefined, ownProfile, 'org-1')).toBe(false);
    expect(hasAudience('urn:pos:license', readProfile('auth0'), 'org-1')).toBe(true);
  });

  it('accepts the types of tokens that it lists, with and without the prefix application/', () => {
    expect(isTokenType('application/AT+JWT', ownProfile)).toBe(true);
    expect(isTokenType('at+jwt', ownProfile)).toBe(true);
    expect(isTokenType('JWT', ownProfile)).toBe(false);
    expect(isTokenType('x-application/at+jwt', ownProfile)).toBe(false);
    const two: Profile = { ...ownProfile, tokenTypes: ['application/JWT', 'at+jwt'] };
    expect(['jwt', 'AT+JWT', 'application/at+jwt', 'dpop+jwt'].map((typ) => isTokenType(typ, two))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(isTokenType(undefined, ownProfile)).toBe(false);
  });
});

function mergeInto(existing: unknown, more: unknown): unknown {
  return { ...(existing as object | undefined), ...(more as object) };
}
