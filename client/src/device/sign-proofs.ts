import type { DpopKey } from './dpop-key.js';
import type { HttpProofRequest } from './licensed-device.js';

/** Signs the proof of one connection to the broker of a server; null: there is no key to sign with. */
export function signNatsProof(
  key: DpopKey | null,
  token: string,
  serverId: string,
  now: Date,
): string | null {
  return key && key.signProof({ htm: 'CONNECT', htu: `nats://${serverId}`, token }, now);
}

/** Signs the proof of one HTTP request (RFC 9449 section 7); null: there is no key to sign with. */
export function signHttpProof(
  key: DpopKey | null,
  token: string,
  request: HttpProofRequest,
  now: Date,
): string | null {
  const url = new URL(request.url);
  // Without query and fragment (RFC 9449 section 4.2).
  const htu = url.origin + url.pathname;
  return key && key.signProof({ htm: request.method, htu, token, nonce: request.nonce }, now);
}
