import type { PeerRefusal } from './tokens/peer.js';

const explanations: Readonly<Record<PeerRefusal, string>> = {
  'server-unlicensed': 'This server was never licensed and cannot verify its peers yet: try again later.',
  'token-malformed':
    'The license token is malformed: send the JWT exactly as the Authorization server issued it.',
  'token-type': 'The token is not a license token ("typ" must be at+jwt).',
  'unknown-key': 'The license token is signed with an unknown key.',
  'bad-signature': 'The signature of the license token is invalid.',
  'wrong-issuer': 'The license token was issued by another Authorization server.',
  'foreign-organization': 'The license token belongs to another organization.',
  'wrong-device-kind': 'The license token was issued to a client for another kind of device.',
  'wrong-hub':
    'The device is not assigned to this server: select this server as its hub at the Authorization server.',
  'token-premature':
    'The license token is not valid yet ("nbf"): check the clocks of this server and of the Authorization server.',
  'token-expired': 'The license token has expired: refresh it.',
  'license-expired': 'The license of the device has expired: renew it at the Authorization server.',
  'device-revoked': 'The device was revoked at the Authorization server: authorize it again.',
  'proof-missing':
    'The license token is bound to a key: send it with the DPoP scheme and a proof (RFC 9449).',
  'proof-invalid': 'The DPoP proof does not match this request, token, key or time.',
  'proof-replayed': 'The DPoP proof was used before: create a new one for each request.',
  'nonce-required': 'The DPoP proof must contain the nonce from the DPoP-Nonce header.',
};

/** Returns the message for a refusal, with its remedy. */
export function explainRefusal(code: PeerRefusal): string {
  return explanations[code];
}

/** Refusals of a valid token that this server does not admit: 403, and a new token does not help. */
const forbidden: ReadonlySet<PeerRefusal> = new Set([
  'server-unlicensed',
  'foreign-organization',
  'wrong-device-kind',
  'wrong-hub',
  'license-expired',
  'device-revoked',
]);

export function isForbidden(code: PeerRefusal): boolean {
  return forbidden.has(code);
}
