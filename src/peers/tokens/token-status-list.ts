import { inflateSync } from 'node:zlib';
import { readNumericDate } from '../../domain/claim-values.js';
import type { CompactJws } from './parse-compact-jws.js';

/** Fits 32 million grants at one bit each; a larger list is treated as an attack. */
const maxBytes = 4 * 1024 * 1024;
const minTtlSeconds = 60;
const maxTtlSeconds = 86_400;
const defaultTtlSeconds = 300;
/** The status of a token that is revoked permanently; 2 is suspended. */
const invalid = 1;

/** A verified and unpacked Token Status List (draft-ietf-oauth-status-list). */
export interface TokenStatusList {
  readonly uri: string;
  readonly issuedAt: Date;
  /** Seconds until the next fetch. */
  readonly ttlSeconds: number;
  readonly entryCount: number;
  /** Returns whether the token with this index is invalid or suspended. */
  isSet(index: number): boolean;
  /** Returns whether the token with this index is invalid, and not only suspended. */
  isInvalid(index: number): boolean;
}

/** Reads a list with a verified signature; returns `null` if it is invalid or for another issuer or address. */
export function readTokenStatusList(jws: CompactJws, issuer: string, uri: string): TokenStatusList | null {
  const { payload, header } = jws;
  const { sub, iss, iat, ttl } = payload;
  if (header['typ'] !== 'statuslist+jwt' || sub !== uri || (iss !== undefined && iss !== issuer)) return null;
  const issuedAt = readNumericDate(iat);
  if (issuedAt === null) return null;
  const { bits, lst } = (payload['status_list'] ?? {}) as { bits?: unknown; lst?: unknown };
  if (typeof lst !== 'string' || typeof bits !== 'number' || ![1, 2, 4, 8].includes(bits)) return null;
  const bytes = unpack(lst);
  if (bytes === null) return null;
  return {
    uri,
    issuedAt,
    ttlSeconds:
      typeof ttl === 'number' ? Math.min(Math.max(ttl, minTtlSeconds), maxTtlSeconds) : defaultTtlSeconds,
    entryCount: (bytes.length * 8) / bits,
    isSet: (index) => readEntry(bytes, bits, index) !== 0,
    isInvalid: (index) => readEntry(bytes, bits, index) === invalid,
  };
}

/** Reads an entry; the lowest index is in the lowest bits of the first byte. */
function readEntry(bytes: Buffer, bits: number, index: number): number {
  const position = index * bits;
  const byte = bytes[Math.floor(position / 8)] ?? 0;
  return (byte >> (position % 8)) & ((1 << bits) - 1);
}

function unpack(lst: string): Buffer | null {
  try {
    return inflateSync(Buffer.from(lst, 'base64url'), { maxOutputLength: maxBytes });
  } catch {
    return null;
  }
}

export interface StatusReference {
  readonly uri: string;
  readonly index: number;
}

/** Returns the status list reference of a license token; `null` if there is none. */
export function statusReferenceOf(claims: Readonly<Record<string, unknown>>): StatusReference | null {
  const { status_list: reference } = (claims['status'] ?? {}) as { status_list?: unknown };
  const { idx, uri } = (reference ?? {}) as { idx?: unknown; uri?: unknown };
  if (typeof uri !== 'string' || !Number.isSafeInteger(idx) || (idx as number) < 0) return null;
  return { uri, index: idx as number };
}
