import { randomInt } from 'node:crypto';

/** Consonants, so that no word and no look-alike occurs (RFC 8628 section 6.1): 20^8 codes, 34.6 bits. */
const userCodeAlphabet = 'BCDFGHJKLMNPQRSTVWXZ';
const userCodeLength = 8;

/** Returns a random user code in normalized form: eight letters without the dash. */
export function generateUserCode(): string {
  return Array.from(
    { length: userCodeLength },
    () => userCodeAlphabet[randomInt(userCodeAlphabet.length)],
  ).join('');
}

/** Formats a normalized user code for display: `WDCK-WRHG`. */
export function formatUserCode(normalized: string): string {
  return `${normalized.slice(0, 4)}-${normalized.slice(4)}`;
}

/**
 * Normalizes a user code that a person typed: case, dashes, dots and blanks do not matter (RFC 8628 section 6.1).
 * Returns `null` if it cannot be a user code.
 */
export function normalizeUserCode(entered: string): string | null {
  const letters = entered.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  const isUserCode =
    letters.length === userCodeLength &&
    Array.from(letters).every((letter) => userCodeAlphabet.includes(letter));
  return isUserCode ? letters : null;
}
