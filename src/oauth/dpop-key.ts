import type { webcrypto } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

const algorithm = 'ES256';

/** Generates the private key that a grant is bound to (RFC 9449), as a storable JWK. */
export async function generateDpopKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: algorithm };
}

/** Imports a stored key for signing proofs. */
export async function importDpopKey(key: JWK): Promise<webcrypto.CryptoKeyPair> {
  const [privateKey, publicKey] = await Promise.all([
    importJWK(key, algorithm, { extractable: false }),
    importJWK(publicPart(key), algorithm, { extractable: true }),
  ]);
  return { privateKey, publicKey } as webcrypto.CryptoKeyPair;
}

/** Returns the RFC 7638 thumbprint, as in `cnf.jkt` of a bound token. */
export function thumbprintOf(key: JWK): Promise<string> {
  return calculateJwkThumbprint(publicPart(key));
}

function publicPart({ d: _private, ...rest }: JWK): JWK {
  return rest;
}
