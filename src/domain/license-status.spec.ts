import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildGrant,
  buildToken,
  dayMs,
  hourMs,
  oddInstants,
  shift,
} from '../../test/support/license-fixture.js';
import type { License } from './license.js';
import { licenseStatusAt, licenseStatuses, licenseStatusTexts, tokenStatusAt } from './license-status.js';

const windowMs = 30 * dayMs;

function licenseUntil(renewalDate: Date | null): License {
  return buildGrant({ terms: { renewalDate } }).license;
}

describe('licenseStatusAt', () => {
  it('returns "unlicensed" without a license', () => {
    expect(licenseStatusAt(null, windowMs, new Date())).toBe('unlicensed');
  });

  it.each(oddInstants)('returns "licensed" without a renewal date: %s', (_name, now) => {
    expect(licenseStatusAt(licenseUntil(null), windowMs, now)).toBe('licensed');
  });

  describe.each(oddInstants)('with the renewal date when %s', (_name, renewalDate) => {
    it.each([
      [-windowMs - 1, 'licensed'],
      [-windowMs, 'requires-renewal'],
      [-windowMs + 1, 'requires-renewal'],
      [-1, 'requires-renewal'],
      [0, 'expired'],
      [1, 'expired'],
    ] as const)('%i ms from it is %s', (offsetMs, expected) => {
      expect(licenseStatusAt(licenseUntil(renewalDate), windowMs, shift(renewalDate, offsetMs))).toBe(
        expected,
      );
    });
  });

  describe.each(oddInstants)('with a renewal window that opens when %s', (_name, opensAt) => {
    it.each([
      [-1, 'licensed'],
      [0, 'requires-renewal'],
      [1, 'requires-renewal'],
    ] as const)('%i ms from it is %s', (offsetMs, expected) => {
      const license = licenseUntil(shift(opensAt, windowMs));
      expect(licenseStatusAt(license, windowMs, shift(opensAt, offsetMs))).toBe(expected);
    });
  });

  it('goes from licensed directly to expired if the renewal window is 0', () => {
    const renewalDate = new Date('2028-02-29T00:00:00Z');
    const statuses = [-1, 0, 1].map((ms) =>
      licenseStatusAt(licenseUntil(renewalDate), 0, shift(renewalDate, ms)),
    );
    expect(statuses).toEqual(['licensed', 'expired', 'expired']);
  });

  it('counts the window in days of 24 hours, even across a change to or from summer time', () => {
    // In Berlin the window opens at 03:00 summer time and ends at 02:00 winter time, on the same day of the month.
    const license = licenseUntil(new Date('2026-11-24T02:00:00+01:00'));
    expect(licenseStatusAt(license, windowMs, new Date('2026-10-25T01:59:59.999+01:00'))).toBe('licensed');
    expect(licenseStatusAt(license, windowMs, new Date('2026-10-25T02:00:00+01:00'))).toBe(
      'requires-renewal',
    );
  });

  it('only moves forward as time passes', () => {
    fc.assert(
      fc.property(
        instant(),
        fc.integer({ min: 0, max: 400 * dayMs }),
        instant(),
        instant(),
        (date, window, a, b) => {
          const [earlier, later] = a <= b ? [a, b] : [b, a];
          const rank = (now: Date) =>
            licenseStatuses.indexOf(licenseStatusAt(licenseUntil(date), window, now));
          expect(rank(earlier)).toBeLessThanOrEqual(rank(later));
        },
      ),
    );
  });

  it('depends on differences alone: shifting all instants equally changes nothing', () => {
    fc.assert(
      fc.property(
        instant(),
        instant(),
        fc.integer({ min: -1000 * dayMs, max: 1000 * dayMs }),
        (date, now, byMs) => {
          expect(licenseStatusAt(licenseUntil(shift(date, byMs)), windowMs, shift(now, byMs))).toBe(
            licenseStatusAt(licenseUntil(date), windowMs, now),
          );
        },
      ),
    );
  });
});

describe('licenseStatusTexts', () => {
  it('are the labels of the Manage License page', () => {
    expect(licenseStatuses.map((status) => licenseStatusTexts[status])).toEqual([
      'Not Licensed',
      'Licensed',
      'Requires Renewal',
      'Expired – Requires Renewal',
    ]);
  });
});

describe('tokenStatusAt', () => {
  const warningMs = 42 * hourMs;

  it('returns "none" without a token', () => {
    expect(tokenStatusAt(null, warningMs / 1000, new Date())).toBe('none');
  });

  describe.each(oddInstants)('with a token that expires when %s', (_name, expiresAt) => {
    it.each([
      [-warningMs - 1, 'valid'],
      [-warningMs, 'expiring'],
      [-warningMs + 1, 'expiring'],
      [-1, 'expiring'],
      [0, 'expiring'],
      [1, 'expired'],
    ] as const)('%i ms from its end is %s', (offsetMs, expected) => {
      const token = buildToken({ issuedAt: shift(expiresAt, -7 * dayMs) });
      expect(tokenStatusAt(token, warningMs / 1000, shift(expiresAt, offsetMs))).toBe(expected);
    });
  });

  it('returns "valid" until expiry if a token is too short-lived for warnings', () => {
    const token = buildToken({ lifeMs: 1000 });
    const statuses = [-1, 0, 1].map((ms) => tokenStatusAt(token, 0, shift(token.expiresAt, ms)));
    expect(statuses).toEqual(['valid', 'expiring', 'expired']);
  });
});

/** Instants of a century, including leap days and changes to summer time. */
function instant() {
  return fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
}
