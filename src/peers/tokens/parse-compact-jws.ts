import { maxTokenCharacters } from '../../domain/license-claims.js';

/** A parsed but unverified JWS in compact form (RFC 7515 section 7.1). */
export interface CompactJws {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The signed bytes. */
  readonly signingInput: Buffer;
  readonly signature: Buffer;
}

const shape = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Parses a JWS with a JSON object as payload; returns `null` if the text is invalid or longer than `most` characters.
 */
export function parseCompactJws(text: string, most = maxTokenCharacters): CompactJws | null {
  if (text.length > most || !shape.test(text)) return null;
  const firstDot = text.indexOf('.');
  const lastDot = text.lastIndexOf('.');
  const header = parseHeader(text.slice(0, firstDot));
  const payload = parseObject(text.slice(firstDot + 1, lastDot));
  if (header === null || payload === null) return null;
  const spelled = text.slice(lastDot + 1);
  const signature = Buffer.from(spelled, 'base64url');
  // The last character has unused bits: without this check, several spellings of one signature would be valid.
  const isCanonical = signature.toString('base64url') === spelled;
  return {
    header,
    payload,
    signingInput: Buffer.from(text.slice(0, lastDot), 'latin1'),
    signature: isCanonical ? signature : Buffer.alloc(0),
  };
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
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
