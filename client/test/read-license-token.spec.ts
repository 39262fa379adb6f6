import { UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { readableRenewalDates, unreadableRenewalDates } from '../../test/support/renewal-dates.js';
import { loadProfile } from '../src/load-profile.js';
import { readLicenseToken } from '../src/device/read-license-token.js';

const iat = 1_795_521_600;
const claims = {
  sub: 'reg-1',
  iat,
  exp: iat + 3600,
  organization: { id: 'org-1', name: 'Demo' },
  device: { id: 'reg-1', name: 'Register 1', kind: 'register' },
  license: { features: ['xms'], renewal_date: null, hub: { id: 'srv-1', name: 'Store 1', url: null } },
};

const profile = loadProfile();
const read = (changes: object = {}) =>
  readLicenseToken(new UnsecuredJWT({ ...claims, ...changes }).encode(), profile);
const readWithRenewalDate = (claim: unknown) =>
  read({ license: { ...claims.license, renewal_date: claim } }).renewalDate;

describe("a device's own license token", () => {
  it.each(readableRenewalDates)('has the renewal date %j, which means %s', (claim, instant) => {
    expect(readWithRenewalDate(claim)?.toISOString()).toBe(instant);
  });

  it.each(unreadableRenewalDates.map((claim) => [claim]))(
    'is refused with the renewal date %j, and does not count as unlimited',
    (claim) => {
      expect(() => readWithRenewalDate(claim)).toThrow(/license\.renewal_date" must be/);
    },
  );

  it('has no renewal date only if its claim is null or missing', () => {
    expect(readWithRenewalDate(null)).toBeNull();
    expect(readWithRenewalDate(undefined)).toBeNull();
  });

  it.each([
    ['in microseconds', (iat + 3600) * 1e6],
    ['in milliseconds', (iat + 3600) * 1e3],
    ['a text', `${iat + 3600}`],
    ['missing', undefined],
    ['its start', iat],
  ])('is refused when its end is %s', (_what, exp) => {
    expect(() => read({ exp })).toThrow(expect.objectContaining({ code: 'token-not-acceptable' }));
  });

  it('may contain fractions of a second and null names', () => {
    const organization = { id: 'org-1', name: null };
    const license = { ...claims.license, hub: { id: 'srv-1', name: null } };
    expect(read({ exp: iat + 0.5, organization, license })).toMatchObject({
      tokenExpiresAt: new Date((iat + 0.5) * 1000),
      organization: { id: 'org-1', name: 'org-1' },
      hub: { id: 'srv-1', name: 'srv-1', url: null },
    });
  });
});
