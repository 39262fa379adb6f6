import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readableRenewalDates, unreadableRenewalDates } from '../../test/support/renewal-dates.js';
import { readName, readNumericDate, readRenewalDate, toPlainText } from './claim-values.js';

describe('a renewal date', () => {
  it.each(readableRenewalDates)('reads %j as %s', (claim, expected) => {
    expect(readRenewalDate(claim)?.toISOString()).toBe(expected);
  });

  it.each([
    ['2027-06-30', 'America/New_York', '2027-07-01T03:59:59.000Z'],
    ['2027-01-31', 'Europe/Vienna', '2027-01-31T22:59:59.000Z'],
    ['2026-11-24', 'Asia/Kolkata', '2026-11-24T18:29:59.000Z'],
    ['2027-06-30', 'Pacific/Kiritimati', '2027-06-30T09:59:59.000Z'],
    // On these days the clocks change: forward, back, and back at midnight, which repeats the last hour of the day.
    ['2027-03-14', 'America/New_York', '2027-03-15T03:59:59.000Z'],
    ['2027-11-07', 'America/New_York', '2027-11-08T04:59:59.000Z'],
    ['2024-03-23', 'America/Asuncion', '2024-03-24T03:59:59.000Z'],
    // Samoa skipped 30 December 2011.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T09:59:59.000Z'],
    ['9999-12-31', 'America/New_York', '9999-12-31T23:59:59.000Z'],
  ])('without a time is the end of %s in %s', (claim, timeZone, expected) => {
    expect(readRenewalDate(claim, timeZone)?.toISOString()).toBe(expected);
  });

  it.each(unreadableRenewalDates.map((claim) => [claim]))('rejects %j', (claim) => {
    expect(readRenewalDate(claim)).toBeNull();
  });

  it('is preserved for every instant within 1970–9999', () => {
    const instants = fc.date({
      min: new Date(0),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(fc.property(instants, (at) => readRenewalDate(at.toISOString())?.getTime() === at.getTime()));
  });

  it('is rejected or read as an instant within 1970–9999, for any text', () => {
    const almost = fc.stringMatching(
      /^\d{1,5}-?\d\d-?\d\d([Tt ]\d\d(:?\d\d){0,2}([.,]\d*)?(Z|[+-]\d\d(:?\d\d)?)?)?$/,
    );
    fc.assert(
      fc.property(fc.oneof(almost, fc.string()), (text) => {
        const year = readRenewalDate(text)?.getUTCFullYear() ?? 1970;
        return year >= 1970 && year <= 9999;
      }),
      { numRuns: 2000 },
    );
  });
});

describe('an instant in seconds', () => {
  it.each([
    [1, '1970-01-01T00:00:01.000Z'],
    [1_795_521_600.25, '2026-11-24T12:00:00.250Z'],
    [253_402_300_799, '9999-12-31T23:59:59.000Z'],
  ])('reads %d as %s', (seconds, expected) => {
    expect(readNumericDate(seconds)?.toISOString()).toBe(expected);
  });

  it.each([
    0,
    -1,
    253_402_300_800,
    1_795_521_600_000,
    1_795_521_600_000_000,
    1e300,
    Number.NaN,
    '1795521600',
    null,
    undefined,
    true,
    {},
  ])('rejects %j', (claim) => {
    expect(readNumericDate(claim)).toBeNull();
  });
});

describe('a received text', () => {
  it('is cut to 256 characters if it is a name', () => {
    expect(readName('n'.repeat(256))).toBe('n'.repeat(256));
    expect(readName('n'.repeat(257))).toBe('n'.repeat(256));
  });

  it('contains no control character and no half of a surrogate pair, even at the cut', () => {
    expect(toPlainText('a\0b\r\nc\u001b[31m\ud800d', 100)).toBe('a b c [31m\uFFFDd');
    expect(toPlainText('ab🍕', 3)).toBe('ab\uFFFD');
    expect(toPlainText('Café 支付 🍕', 100)).toBe('Café 支付 🍕');
  });
});
