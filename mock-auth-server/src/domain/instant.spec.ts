import { describe, expect, it } from 'vitest';
import { formatInstant, parseExpiresOn } from './instant.js';

describe('parseExpiresOn', () => {
  it.each([
    ['2027-06-30', '2027-06-30T23:59:59Z'],
    ['2028-02-29', '2028-02-29T23:59:59Z'],
    ['2027-06-30T12:00:00Z', '2027-06-30T12:00:00Z'],
    ['2027-06-30T12:00Z', '2027-06-30T12:00:00Z'],
    ['2027-06-30T12:00:00.250Z', '2027-06-30T12:00:00.250Z'],
    ['2027-06-30T23:59:59+02:00', '2027-06-30T21:59:59Z'],
  ])('reads %s as %s', (text, instant) => {
    expect(formatInstant(parseExpiresOn(text) ?? new Date(Number.NaN))).toBe(instant);
  });

  it.each([
    '',
    'tomorrow',
    '2027-06',
    '2027-02-30',
    '2027-13-01',
    '2027-06-30T12:00:00',
    '30.06.2027',
    '1795570000',
    '2027-06-30T25:00:00Z',
  ])('rejects "%s"', (text) => {
    expect(parseExpiresOn(text)).toBeNull();
  });
});
