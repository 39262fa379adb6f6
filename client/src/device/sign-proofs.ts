import type { DpopKey } from './dpop-key.js';
import type { HttpProofRequest } from './licensed-device.js';

/** Signs the proof for one connection to a server's broker; `null` if there is no key. */
export function signNatsProof(
  key: DpopKey | null,
  token: string,
  serverId: string,
  now: Date,
): string | null {
  return key && key.signProof({ htm: 'CONNECT', htu: `nats://${serverId}`, token }, now);
}

/** Signs the proof for one HTTP request (RFC 9449 section 4); `null` if there is no key. */
export function signHttpProof(
  key: DpopKey | null,
  token: string,
  request: HttpProofRequest,
  now: Date,
): string | null {
  const url = new URL(request.url);
  // RFC 9449 section 4.2: `htu` has no query and no fragment.
  const htu = url.origin + url.pathname;
  return key && key.signProof({ htm: request.method, htu, token, nonce: request.nonce }, now);
}
