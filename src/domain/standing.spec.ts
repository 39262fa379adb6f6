import { describe, expect, it } from 'vitest';
import { standingCases } from '../../client/test/support/standing-cases.js';
import { shift, startAt } from '../../test/support/license-fixture.js';
import { standingAt } from './standing.js';

const at = (ms: number | null) => (ms === null ? null : shift(startAt, ms));

describe('the standing of a server', () => {
  it.each(standingCases)('is $reason if $when', ({ renewalMs, tokenEndMs, reason, usableMs, limitedBy }) => {
    const tokenExpiresAt = at(tokenEndMs);
    const ends = tokenExpiresAt && { renewalDate: at(renewalMs), tokenExpiresAt };
    expect(standingAt(ends, startAt)).toEqual({
      isLicensed: reason === 'licensed',
      reason,
      usableUntil: at(usableMs),
      limitedBy,
    });
  });
});
