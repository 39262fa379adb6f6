import { describe, expect, it } from 'vitest';
import { isLicensedAt, type LicenseStatus } from '../src/index.js';
import { makeView, tokenUntil } from './support/make-event.js';

const END = '2026-03-29T01:00:00.000Z';
const LATER = '2026-04-30T00:00:00.000Z';

function endPlus(offsetMs: number): Date {
  return new Date(Date.parse(END) + offsetMs);
}

describe('isLicensedAt', () => {
  it('holds for nobody whose license is not known', () => {
    expect(isLicensedAt(null, endPlus(0))).toBe(false);
  });

  it.each<[LicenseStatus, boolean]>([
    ['licensed', true],
    ['requires-renewal', true],
    ['expired', false],
    ['unlicensed', false],
  ])('with the status %s is %s', (status, expected) => {
    expect(isLicensedAt(makeView({ status, ...tokenUntil(LATER) }), endPlus(0))).toBe(expected);
  });

  it.each([
    [-1, true],
    [0, true],
    [1, false],
  ])('%d ms from the end of the token is %s', (offsetMs, expected) => {
    expect(isLicensedAt(makeView(tokenUntil(END)), endPlus(offsetMs))).toBe(expected);
  });

  it.each([
    [-1, true],
    [0, false],
    [1, false],
  ])('%d ms from the renewal date is %s, whatever the server said before', (offsetMs, expected) => {
    const license = makeView({ status: 'requires-renewal', renewalDate: END, ...tokenUntil(LATER) });
    expect(isLicensedAt(license, endPlus(offsetMs))).toBe(expected);
  });

  it('needs a token', () => {
    expect(isLicensedAt(makeView(tokenUntil(null)), endPlus(0))).toBe(false);
  });
});
