import type { PeerRefusal } from './tokens/peer.js';

const explanations: Readonly<Record<PeerRefusal, string>> = {
  'server-unlicensed': 'This server was never licensed and cannot tell its peers yet: try again shortly.',
  'token-malformed': 'The license token cannot be read: send the JWT as the Authorization server issued it.',
  'token-type': 'The token is not a license token ("typ" must be at+jwt).',
  'unknown-key': 'The license token is signed with a key that this server does not know.',
  'bad-signature': 'The signature of the license token is wrong.',
  'wrong-issuer': 'The license token is of another Authorization server.',
  'foreign-organization': 'The license token is of another organization.',
  'wrong-device-kind': 'The license token was issued to a client that is not for this kind of device.',
  'wrong-hub': 'The device is not assigned to this server: choose it as its hub at the Authorization server.',
  'token-expired': 'The license token has expired: refresh it.',
  'license-expired': 'The license of the device has expired: renew it at the Authorization server.',
  'device-revoked': 'The device was revoked at the Authorization server: authorize it anew.',
  'proof-missing': 'The license token is bound to a key: send it as DPoP, with a proof (RFC 9449).',
  'proof-invalid': 'The DPoP proof is not of this request, token or key, or not of this time.',
  'proof-replayed': 'The DPoP proof was used before: make a new one for each use.',
  'nonce-required': 'The DPoP proof must carry the nonce of the header DPoP-Nonce.',
};

/** Says a refusal in words that name the cure. */
export function explainRefusal(code: PeerRefusal): string {
  return explanations[code];
}

/** Refusals of a token that is good in itself, but not here: 403, and a new token does not help. */
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
