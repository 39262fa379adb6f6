import { describe, expect, it } from 'vitest';
import { buildToken, dayMs, hourMs, shift, startAt } from '../../test/support/license-fixture.js';
import { tokenLifeMs } from './license.js';

describe('tokenLifeMs', () => {
  it("measures from issue to expiry, by the issuer's clock alone", () => {
    expect(tokenLifeMs(buildToken({ lifeMs: 7 * dayMs, receivedAt: shift(startAt, hourMs) }))).toBe(
      7 * dayMs,
    );
  });

  it('returns 0 for a token that expires when or before it is issued', () => {
    expect(tokenLifeMs(buildToken({ lifeMs: 0 }))).toBe(0);
    expect(tokenLifeMs(buildToken({ lifeMs: -1 }))).toBe(0);
  });
});
