import { randomInt } from 'node:crypto';

/** Consonants without look-alikes and without words (RFC 8628 section 6.1): 20^8 codes, 34.6 bits. */
const userCodeAlphabet = 'BCDFGHJKLMNPQRSTVWXZ';
const userCodeLength = 8;

/** Makes a user code, normalized: eight letters without the dash. */
export function generateUserCode(): string {
  return Array.from(
    { length: userCodeLength },
    () => userCodeAlphabet[randomInt(userCodeAlphabet.length)],
  ).join('');
}

/** Writes a normalized user code as a person reads it: `WDCK-WRHG`. */
export function formatUserCode(normalized: string): string {
  return `${normalized.slice(0, 4)}-${normalized.slice(4)}`;
}

/**
 * Reads what a person typed: case, dashes, dots and blanks do not matter (RFC 8628 section 6.1).
 * Null when no user code can look like that.
 */
export function normalizeUserCode(entered: string): string | null {
  const letters = entered.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  const isUserCode =
    letters.length === userCodeLength &&
    Array.from(letters).every((letter) => userCodeAlphabet.includes(letter));
  return isUserCode ? letters : null;
}
