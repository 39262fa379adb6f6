import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readableRenewalDates, unreadableRenewalDates } from '../../test/support/renewal-dates.js';
import { readName, readNumericDate, readRenewalDate, toPlainText } from './claim-values.js';

describe('a renewal date', () => {
  it.each(readableRenewalDates)('of %j is the instant %s', (claim, expected) => {
    expect(readRenewalDate(claim)?.toISOString()).toBe(expected);
  });

  it.each(unreadableRenewalDates.map((claim) => [claim]))('of %j is refused', (claim) => {
    expect(readRenewalDate(claim)).toBeNull();
  });

  it('is read as it was written, whatever instant within 1970–9999 it is', () => {
    const instants = fc.date({
      min: new Date(0),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(fc.property(instants, (at) => readRenewalDate(at.toISOString())?.getTime() === at.getTime()));
  });

  it('is either refused or an instant within 1970–9999, whatever text it is', () => {
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
  ])('of %d is %s', (seconds, expected) => {
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
  ])('of %j is refused', (claim) => {
    expect(readNumericDate(claim)).toBeNull();
  });
});

describe('a text from outside', () => {
  it('is cut to 256 characters where it is a name', () => {
    expect(readName('n'.repeat(256))).toBe('n'.repeat(256));
    expect(readName('n'.repeat(257))).toBe('n'.repeat(256));
  });

  it('holds no control character, and no half of a surrogate pair, not even at the cut', () => {
    expect(toPlainText('a\0b\r\nc\u001b[31m\ud800d', 100)).toBe('a b c [31m\uFFFDd');
    expect(toPlainText('ab🍕', 3)).toBe('ab\uFFFD');
    expect(toPlainText('Café 支付 🍕', 100)).toBe('Café 支付 🍕');
  });
});
