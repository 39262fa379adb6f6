import { maxTokenCharacters } from '../../domain/license-claims.js';

/** A parsed but unverified JWS in compact form (RFC 7515 section 7.1). */
export interface CompactJws {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The signed text, which is ASCII. */
  readonly signingInput: string;
  /** In canonical base64url; empty if the token spells it differently. */
  readonly signature: string;
}

const base64url = /^[\w-]+$/;
/** The permitted last characters of base64url by the length modulo 4; of a multiple of 4, each one. */
const canonicalEnds = [undefined, '', 'AQgw', 'AEIMQUYcgkosw048'];

/**
 * Parses a JWS with a JSON object as payload; returns `null` if the text is invalid or longer than `most` characters.
 */
export function parseCompactJws(text: string, most = maxTokenCharacters): CompactJws | null {
  if (text.length > most) return null;
  const firstDot = text.indexOf('.');
  const lastDot = text.lastIndexOf('.');
  // Other tokens have no dots, and JSON.parse would throw, which takes as long as a request.
  if (firstDot < 1 || lastDot - firstDot < 2) return null;
  const signature = text.slice(lastDot + 1);
  if (!base64url.test(signature)) return null;
  const header = parseHeader(text.slice(0, firstDot));
  const payload = parseObject(text.slice(firstDot + 1, lastDot));
  if (header === null || payload === null) return null;
  return {
    header,
    payload,
    signingInput: text.slice(0, lastDot),
    signature: isCanonical(text, signature.length) ? signature : '',
  };
}

/**
 * Returns whether the unused bits of the last character are zero. Without this check, several spellings of one signature
 * would be valid.
 */
function isCanonical(text: string, length: number): boolean {
  const ends = canonicalEnds[length % 4];
  return ends === undefined || ends.includes(text.charAt(text.length - 1));
}

/**
 * Caches parsed headers, frozen: all tokens of an issuer share one. The header of a proof contains the register's key,
 * so it is longer and not worth caching.
 */
const knownHeaders = new Map<string, Readonly<Record<string, unknown>>>();
const maxKnownHeader = 160;
const maxKnownHeaders = 16;

function parseHeader(part: string): Readonly<Record<string, unknown>> | null {
  const known = knownHeaders.get(part);
  if (known !== undefined) return known;
  const header = parseObject(part);
  if (header === null || part.length > maxKnownHeader) return header;
  if (knownHeaders.size >= maxKnownHeaders) knownHeaders.clear();
  knownHeaders.set(part, Object.freeze(header));
  return header;
}

function parseObject(part: string): Record<string, unknown> | null {
  const text = decode(part);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** Reused for short texts, because a new buffer costs as much as decoding. */
const scratch = Buffer.allocUnsafeSlow(maxTokenCharacters);

/** Decodes base64url; returns `null` for other characters. Node.js skips them, or decodes those of base64. */
function decode(part: string): string | null {
  // No base64url has one character more than a multiple of four.
  if (part.length % 4 === 1) return null;
  const bytes = Math.floor((part.length * 3) / 4);
  const buffer = part.length > scratch.length ? Buffer.allocUnsafe(bytes) : scratch;
  if (buffer.write(part, 'base64url') !== bytes || part.includes('+') || part.includes('/')) return null;
  return buffer.toString('utf8', 0, bytes);
}
