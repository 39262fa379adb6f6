import { UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { readProfile } from '../../test/support/read-profile.js';
import { findTokenFaults } from './find-token-faults.js';

const iat = 1_795_521_600;
const day = 86_400;

function faultsOf(claims: object, license: object = {}): string[] {
  const payload = {
    sub: 'srv-1',
    iat,
    exp: iat + 7 * day,
    organization: { id: 'org-1' },
    license: { features: ['xms'], ...license },
    ...claims,
  };
  // The signature is not read.
  return findTokenFaults(`${new UnsecuredJWT(payload).encode()}AA`, readProfile('default'));
}

describe('the faults of a license token in use', () => {
  it('are none for a token within its bounds that lives a day', () => {
    expect(faultsOf({ exp: iat + day })).toEqual([]);
  });

  it('name a life of less than a day, and its consequence', () => {
    expect(faultsOf({ exp: iat + day - 60 })).toEqual([
      expect.stringMatching(/^a license token lives 1439 minutes: registers stop selling/),
    ]);
  });

  it('name what exceeds a bound and was left out', () => {
    const features = Array.from({ length: 101 }, (_, index) => `feature-${index}`);
    expect(faultsOf({}, { features })).toEqual([
      'left out of the license: "license.features" must contain at most 100 features, not 101',
    ]);
  });

  it('name a token that is too long', () => {
    expect(faultsOf({ padding: 'x'.repeat(11_000) })).toEqual([
      expect.stringMatching(/at most 11000 characters, not \d+/),
    ]);
  });

  it('are none for a token that cannot be read', () => {
    expect(findTokenFaults('opaque', readProfile('default'))).toEqual([]);
  });
});
