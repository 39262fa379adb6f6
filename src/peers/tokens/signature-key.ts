import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import type { CompactJws } from './parse-compact-jws.js';

/** A public key with the names of its algorithm: never `none`, never a shared secret (RFC 8725 section 3.1). */
export interface SignatureKey {
  readonly algorithms: readonly string[];
  readonly key: KeyObject;
}

/** Reads a P-256 or Ed25519 public key from its JWK (RFC 7517); returns `null` for any other key. */
export function readSignatureKey(jwk: unknown): SignatureKey | null {
  if (typeof jwk !== 'object' || jwk === null) return null;
  const { kty, crv, x, y, d } = jwk as Record<string, unknown>;
  if (d !== undefined || typeof x !== 'string') return null;
  try {
    if (kty === 'EC' && crv === 'P-256' && typeof y === 'string') {
      return { algorithms: ['ES256'], key: importKey({ kty, crv, x, y }) };
    }
    if (kty === 'OKP' && crv === 'Ed25519') {
      return { algorithms: ['EdDSA', 'Ed25519'], key: importKey({ kty, crv, x }) };
    }
  } catch {
    // A point that is not on the curve, or invalid base64url.
  }
  return null;
}

function importKey(jwk: JsonWebKey): KeyObject {
  return createPublicKey({ key: jwk, format: 'jwk' });
}

/** Verifies a signature with the algorithm named in the header. */
export function hasSignatureOf({ header, signingInput, signature }: CompactJws, key: SignatureKey): boolean {
  if (typeof header['alg'] !== 'string' || !key.algorithms.includes(header['alg'])) return false;
  return header['alg'] === 'ES256'
    ? verify('sha256', signingInput, { key: key.key, dsaEncoding: 'ieee-p1363' }, signature)
    : verify(null, signingInput, key.key, signature);
}
