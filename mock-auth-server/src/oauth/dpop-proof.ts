import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, EmbeddedJWK, errors } from 'jose';
import type { JWK } from 'jose';
import type { DpopNonces } from './dpop-nonces.js';
import type { OAuthOutcome } from './oauth-refusal.js';
import { refuse } from './oauth-refusal.js';

export const dpopAlgs = ['ES256', 'EdDSA', 'Ed25519'];
const iatWindowSeconds = 300;

export interface DpopProof {
  /** Thumbprint of the key that signed the proof. */
  jkt: string;
  jti: string;
}

export interface ProofExpectation {
  htm: string;
  htu: string;
  now: Date;
  /** `null` if this server uses no nonces; the `iat` of the proof must then be close to the server's time. */
  nonces: DpopNonces | null;
}

/**
 * Verifies a DPoP proof (RFC 9449 section 4.3), except for replays, which the transaction of the grant checks.
 *
 * A valid nonce shows that the proof is fresh, whatever the clock of the device (section 11.1). `iat` is then not
 * checked.
 */
export async function verifyDpopProof(
  proof: string,
  expected: ProofExpectation,
): Promise<OAuthOutcome<{ proof: DpopProof }>> {
  const read = await readProof(proof);
  if (!read.ok) return read;
  const { payload, jkt } = read;
  if (payload['htm'] !== expected.htm) return refuseProof('htm is not the method of the request');
  if (!isSameUrl(payload['htu'], expected.htu)) return refuseProof(`htu is not ${expected.htu}`);
  const jti = payload['jti'];
  if (typeof jti !== 'string' || jti === '') return refuseProof('jti is missing');
  const iat = payload['iat'];
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return refuseProof('iat is missing');
  const freshness = checkFreshness(payload['nonce'], iat, expected);
  return freshness.ok ? { ok: true, proof: { jkt, jti } } : freshness;
}

async function readProof(
  proof: string,
): Promise<OAuthOutcome<{ payload: Record<string, unknown>; jkt: string }>> {
  try {
    const header = decodeProtectedHeader(proof);
    if (header.typ !== 'dpop+jwt') return refuseProof('typ is not dpop+jwt');
    const verified = await compactVerify(proof, EmbeddedJWK, { algorithms: dpopAlgs });
    const payload: unknown = JSON.parse(new TextDecoder().decode(verified.payload));
    if (typeof payload !== 'object' || payload === null)
      return refuseProof('the payload is not a JSON object');
    const jkt = await calculateJwkThumbprint(header.jwk as JWK);
    return { ok: true, payload: payload as Record<string, unknown>, jkt };
  } catch (error) {
    return refuseProof(describeFault(error));
  }
}

/** Returns only the code of a JOSE error, because its message may repeat the proof. */
function describeFault(error: unknown): string {
  return error instanceof errors.JOSEError
    ? `the proof is not valid (${error.code})`
    : 'the proof is malformed';
}

function checkFreshness(nonce: unknown, iat: number, expected: ProofExpectation): OAuthOutcome<object> {
  if (expected.nonces === null) {
    const offBySeconds = Math.abs(expected.now.getTime() / 1000 - iat);
    return offBySeconds <= iatWindowSeconds
      ? { ok: true }
      : refuseProof('iat differs too much from the time of this server');
  }
  if (typeof nonce === 'string' && expected.nonces.isValid(nonce, expected.now)) return { ok: true };
  return refuse('use_dpop_nonce', 'the proof must contain the nonce of the DPoP-Nonce header');
}

/** Compares two URLs in normalized form, without query and fragment (RFC 9449 section 4.3). */
function isSameUrl(claimed: unknown, expected: string): boolean {
  if (typeof claimed !== 'string' || !URL.canParse(claimed)) return false;
  const url = new URL(claimed);
  url.search = '';
  url.hash = '';
  return url.href === new URL(expected).href;
}

function refuseProof(description: string): { ok: false; refusal: { error: string; description: string } } {
  return refuse('invalid_dpop_proof', description);
}
