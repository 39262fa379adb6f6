import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatUserCode, generateUserCode, normalizeUserCode } from './user-code.js';

const alphabet = 'BCDFGHJKLMNPQRSTVWXZ'.split('');
const userCode = fc
  .array(fc.constantFrom(...alphabet), { minLength: 8, maxLength: 8 })
  .map((letters) => letters.join(''));
const noise = fc
  .array(fc.constantFrom('-', ' ', '.', '_', '–', '\t'), { maxLength: 3 })
  .map((parts) => parts.join(''));

describe('user code', () => {
  it('has eight letters of base 20, without vowels, digits and look-alikes', () => {
    for (let round = 0; round < 1000; round++)
      expect(generateUserCode()).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
    for (const lookAlike of 'AEIOUY0123456789'.split('')) expect(alphabet).not.toContain(lookAlike);
  });

  it('uses every letter and does not repeat among 2000 codes', () => {
    const codes = Array.from({ length: 2000 }, generateUserCode);
    expect(new Set(codes.join(''))).toHaveLength(20);
    expect(new Set(codes).size).toBe(2000);
  });

  it('is recognized in lowercase, without the dash, and with blanks or other dashes anywhere', () => {
    const typed = fc.tuple(
      userCode,
      fc.array(noise, { minLength: 9, maxLength: 9 }),
      fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    );
    fc.assert(
      fc.property(typed, ([code, noises, isLower]) => {
        const letters = Array.from(code, (letter, index) => (isLower[index] ? letter.toLowerCase() : letter));
        const entered = letters.map((letter, index) => `${noises[index]}${letter}`).join('') + noises[8];
        expect(normalizeUserCode(entered)).toBe(code);
      }),
    );
  });

  it('is formatted as XXXX-XXXX and parsed back from it', () => {
    fc.assert(
      fc.property(userCode, (code) => {
        expect(formatUserCode(code)).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
        expect(normalizeUserCode(formatUserCode(code))).toBe(code);
      }),
    );
  });

  it('is null for any text that cannot be a code', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (entered) => {
        const normalized = normalizeUserCode(entered);
        if (normalized !== null) expect(normalized).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
      }),
    );
    for (const entered of ['', 'WDCK', 'WDCK-WRHGX', 'AEIO-UYAE', '1234-5678']) {
      expect(normalizeUserCode(entered)).toBeNull();
    }
  });
});
