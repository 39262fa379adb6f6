import { UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { readProfile } from '../../test/support/read-profile.js';
import { findTokenWarnings } from './find-token-warnings.js';

const iat = 1_795_521_600;
const day = 86_400;

function warningsOf(claims: object, license: object = {}): string[] {
  const payload = {
    sub: 'srv-1',
    iat,
    exp: iat + 7 * day,
    organization: { id: 'org-1' },
    license: { features: ['xms'], ...license },
    ...claims,
  };
  // The signature is not read.
  return findTokenWarnings(`${new UnsecuredJWT(payload).encode()}AA`, readProfile('default'));
}

describe('the warnings of a license token in use', () => {
  it('are none for a token within its bounds that lives a day', () => {
    expect(warningsOf({ exp: iat + day })).toEqual([]);
  });

  it('name a life of less than a day, and its consequence', () => {
    expect(warningsOf({ exp: iat + day - 60 })).toEqual([
      expect.stringMatching(/^a license token lives 1439 minutes, so a shop closes/),
    ]);
  });

  it('name what exceeds a bound and was left out', () => {
    const features = Array.from({ length: 101 }, (_, index) => `feature-${index}`);
    expect(warningsOf({}, { features })).toEqual([
      'left out of the license: "license.features" must contain at most 100 features, not 101',
    ]);
  });

  it('name a token that is too long', () => {
    expect(warningsOf({ padding: 'x'.repeat(11_000) })).toEqual([
      expect.stringMatching(/at most 11000 characters, not \d+/),
    ]);
  });

  it('are none for a token that cannot be read', () => {
    expect(findTokenWarnings('opaque', readProfile('default'))).toEqual([]);
  });
});
