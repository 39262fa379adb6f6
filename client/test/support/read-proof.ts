import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, type JWK, jwtVerify } from 'jose';
import { expect } from 'vitest';

export interface ReadProof {
  readonly htm: unknown;
  readonly htu: unknown;
  readonly nonce: unknown;
  readonly jti: string;
  readonly iat: number;
}

/** Verifies a proof by RFC 9449 section 4.3, with a library that the client does not use. */
export async function readProof(proof: string, token: string): Promise<ReadProof> {
  const header = decodeProtectedHeader(proof);
  expect(header).toMatchObject({ typ: 'dpop+jwt', alg: 'ES256' });
  expect(Object.keys(header.jwk ?? {}).toSorted()).toEqual(['crv', 'kty', 'x', 'y']);
  // `iat` is not checked, because some tests set a wrong clock.
  const { payload } = await jwtVerify(proof, EmbeddedJWK, { algorithms: ['ES256'] });
  expect(payload['ath']).toBe(createHash('sha256').update(token).digest('base64url'));
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    cnf: { jkt: string };
  };
  expect(claims.cnf.jkt).toBe(await calculateJwkThumbprint(header.jwk as JWK));
  const {
    htm,
    htu,
    nonce,
    jti = '',
    iat = 0,
  } = payload as Record<string, unknown> & { jti?: string; iat?: number };
  return { htm, htu, nonce, jti, iat };
}
