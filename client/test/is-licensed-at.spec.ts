import { describe, expect, it } from 'vitest';
import { isLicensedAt, type LicenseStatus } from '../src/index.js';
import { makeView, tokenUntil } from './support/make-event.js';

const END = '2026-03-29T01:00:00.000Z';
const LATER = '2026-04-30T00:00:00.000Z';

function endPlus(offsetMs: number): Date {
  return new Date(Date.parse(END) + offsetMs);
}

describe('isLicensedAt', () => {
  it('is false if no license is known', () => {
    expect(isLicensedAt(null, endPlus(0))).toBe(false);
  });

  it.each<[LicenseStatus, boolean]>([
    ['licensed', true],
    ['requires-renewal', true],
    ['expired', false],
    ['unlicensed', false],
  ])('returns for the status %s: %s', (status, expected) => {
    expect(isLicensedAt(makeView({ status, ...tokenUntil(LATER) }), endPlus(0))).toBe(expected);
  });

  it.each([
    [-1, true],
    [0, true],
    [1, false],
  ])('returns %d ms from the end of the token: %s', (offsetMs, expected) => {
    expect(isLicensedAt(makeView(tokenUntil(END)), endPlus(offsetMs))).toBe(expected);
  });

  it.each([
    [-1, true],
    [0, false],
    [1, false],
  ])('returns %d ms from the renewal date, whatever the last status: %s', (offsetMs, expected) => {
    const license = makeView({ status: 'requires-renewal', renewalDate: END, ...tokenUntil(LATER) });
    expect(isLicensedAt(license, endPlus(offsetMs))).toBe(expected);
  });

  it('is false without a token', () => {
    expect(isLicensedAt(makeView(tokenUntil(null)), endPlus(0))).toBe(false);
  });
});
