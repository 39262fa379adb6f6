import {
  constants,
  createPublicKey,
  createVerify,
  type JsonWebKey,
  type KeyObject,
  type Verify,
  verify,
} from 'node:crypto';
import { maxTokenCharacters } from '../../domain/license-claims.js';
import type { CompactJws } from './parse-compact-jws.js';

/** A public key with the names of its algorithms: never `none`, never a shared secret (RFC 8725 section 3.1). */
export interface SignatureKey {
  readonly algorithms: readonly string[];
  readonly key: KeyObject;
}

const minRsaBits = 2048;
const edAlgorithms = ['EdDSA', 'Ed25519'];

/**
 * Reads a public key on P-256, P-384 or Ed25519, or an RSA key of at least 2048 bits, from its JWK (RFC 7517). Returns
 * `null` for any other key and for one that is not for signatures.
 */
export function readSignatureKey(jwk: unknown): SignatureKey | null {
  if (typeof jwk !== 'object' || jwk === null) return null;
  const { use, alg, d } = jwk as Record<string, unknown>;
  if (d !== undefined || (use ?? 'sig') !== 'sig') return null;
  try {
    const read = importKey(jwk as Record<string, unknown>);
    if (read === null || typeof alg !== 'string') return read;
    const isNamed = (each: string) =>
      each === alg || (edAlgorithms.includes(each) && edAlgorithms.includes(alg));
    const algorithms = read.algorithms.filter((each) => isNamed(each));
    return algorithms.length > 0 ? { ...read, algorithms } : null;
  } catch {
    // A point that is not on the curve, or invalid base64url.
    return null;
  }
}

function importKey({ kty, crv, x, y, n, e }: Record<string, unknown>): SignatureKey | null {
  if (kty === 'RSA' && typeof n === 'string' && typeof e === 'string') {
    const key = importJwk({ kty, n, e });
    const isLong = (key.asymmetricKeyDetails?.modulusLength ?? 0) >= minRsaBits;
    return isLong ? { algorithms: ['RS256', 'PS256'], key } : null;
  }
  if (typeof x !== 'string') return null;
  if (kty === 'OKP' && crv === 'Ed25519') {
    return { algorithms: edAlgorithms, key: importJwk({ kty, crv, x }) };
  }
  if (kty !== 'EC' || typeof y !== 'string') return null;
  if (crv === 'P-256') return { algorithms: ['ES256'], key: importJwk({ kty, crv, x, y }) };
  return crv === 'P-384' ? { algorithms: ['ES384'], key: importJwk({ kty, crv, x, y }) } : null;
}

function importJwk(jwk: JsonWebKey): KeyObject {
  return createPublicKey({ key: jwk, format: 'jwk' });
}

/** Verifies a signature with the algorithm named in the header. */
export function hasSignatureOf(jws: CompactJws, key: SignatureKey): boolean {
  const { signature } = jws;
  const { alg } = jws.header;
  if (typeof alg !== 'string' || !key.algorithms.includes(alg)) return false;
  switch (alg) {
    case 'ES256':
      return signature.length === 86 && isSigned('sha256', jws, { key: key.key, dsaEncoding: 'ieee-p1363' });
    case 'ES384':
      return signature.length === 128 && isSigned('sha384', jws, { key: key.key, dsaEncoding: 'ieee-p1363' });
    case 'RS256':
      return isSigned('sha256', jws, key.key);
    case 'PS256': {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
      return hasModulusLength(jws, key.key) && isSigned('sha256', jws, { key: key.key, padding, saltLength });
    }
    default:
      return signature.length === 86 && isSignedWithEd25519(jws, key.key);
  }
}

/** OpenSSL accepts a PSS signature without its leading zeros, RFC 8017 section 8.1.2 does not. */
function hasModulusLength({ signature }: CompactJws, { asymmetricKeyDetails }: KeyObject): boolean {
  const octets = Math.ceil((asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  return signature.length === Math.ceil((octets * 4) / 3);
}

/** Reads the texts without a copy of their bytes. An ECDSA signature of another length would throw. */
function isSigned(digest: string, jws: CompactJws, key: Parameters<Verify['verify']>[0]): boolean {
  return createVerify(digest).update(jws.signingInput, 'latin1').verify(key, jws.signature, 'base64url');
}

/** Reused for short texts, because a new buffer costs 1 % of a verification. */
const textBytes = Buffer.allocUnsafeSlow(maxTokenCharacters);
const signatureBytes = Buffer.allocUnsafeSlow(64);

/** Ed25519 has no variant that reads texts. */
function isSignedWithEd25519({ signingInput, signature }: CompactJws, key: KeyObject): boolean {
  signatureBytes.write(signature, 'base64url');
  const { length } = signingInput;
  if (length > textBytes.length)
    return verify(null, Buffer.from(signingInput, 'latin1'), key, signatureBytes);
  textBytes.write(signingInput, 'latin1');
  return verify(null, new Uint8Array(textBytes.buffer, 0, length), key, signatureBytes);
}
