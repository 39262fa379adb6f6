import { hash } from 'node:crypto';
import { parseCompactJws } from './parse-compact-jws.js';
import { setBounded } from './set-bounded.js';
import { hasSignatureOf, readSignatureKey, type SignatureKey } from './signature-key.js';

/** The required content of a proof (RFC 9449 section 4.3), except its freshness. */
export interface ExpectedProof {
  readonly htm: string;
  /** A URL, compared without query and fragment. */
  readonly htu: string;
  readonly token: string;
  /** `cnf.jkt` of the token. */
  readonly keyThumbprint: string;
}

/** A proof with a correct key, method, address and token. The caller must check its freshness. */
export interface CheckedProof {
  readonly jti: string;
  readonly issuedAt: Date;
  readonly nonce: string | null;
}

/** Caches imported keys, because an import costs as much as a verification. */
const maxKeys = 4096;
/** As this server announces in its challenges. */
const algorithms: readonly unknown[] = ['ES256', 'EdDSA', 'Ed25519'];
const keys = new Map<string, SignatureKey>();

/** Checks a proof; returns `null` if it is invalid or for another key, request or token. */
export function checkDpopProof(proof: string, expected: ExpectedProof): CheckedProof | null {
  const jws = parseCompactJws(proof, 4096);
  if (jws === null || jws.header['typ'] !== 'dpop+jwt' || jws.header['crit'] !== undefined) return null;
  if (!algorithms.includes(jws.header['alg'])) return null;
  const key = keyOf(jws.header['jwk'], expected.keyThumbprint);
  if (key === null) return null;
  return isOfRequest(jws.payload, expected) && hasSignatureOf(jws, key) ? readFreshness(jws.payload) : null;
}

type Claims = Readonly<Record<string, unknown>>;

function isOfRequest({ htm, htu, ath }: Claims, expected: ExpectedProof): boolean {
  const isSameRequest = htm === expected.htm && isSameUrl(htu, expected.htu);
  return isSameRequest && ath === hash('sha256', expected.token, 'base64url');
}

function readFreshness({ jti, iat, nonce }: Claims): CheckedProof | null {
  if (typeof jti !== 'string' || jti.length < 8 || jti.length > 256) return null;
  // The range of Date.
  if (typeof iat !== 'number' || !(Math.abs(iat) < 8.64e12)) return null;
  if (nonce !== undefined && typeof nonce !== 'string') return null;
  return { jti, issuedAt: new Date(iat * 1000), nonce: nonce ?? null };
}

/** Returns the key of the header if the token is bound to it. */
function keyOf(jwk: unknown, keyThumbprint: string): SignatureKey | null {
  if (thumbprintOf(jwk) !== keyThumbprint) return null;
  const known = keys.get(keyThumbprint);
  if (known !== undefined) return known;
  const key = readSignatureKey(jwk);
  if (key === null) return null;
  setBounded(keys, keyThumbprint, key, maxKeys);
  return key;
}

/** Returns the RFC 7638 thumbprint of a key of an accepted kind; `null` for a private key. */
function thumbprintOf(jwk: unknown): string | null {
  if (typeof jwk !== 'object' || jwk === null) return null;
  const { kty, crv, x, y, d } = jwk as Record<string, unknown>;
  if (d !== undefined) return null;
  const members = kty === 'EC' ? { crv, kty, x, y } : { crv, kty, x };
  return hash('sha256', JSON.stringify(members), 'base64url');
}

function isSameUrl(claimed: unknown, expected: string): boolean {
  if (claimed === expected) return true;
  if (typeof claimed !== 'string' || !URL.canParse(claimed) || !URL.canParse(expected)) return false;
  return withoutQuery(claimed) === withoutQuery(expected);
}

function withoutQuery(text: string): string {
  const url = new URL(text);
  url.search = '';
  url.hash = '';
  return url.href;
}
