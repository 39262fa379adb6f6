import { isPremature, type LicenseClaims, readLicenseClaims } from '../../domain/license-claims.js';
import type { ServerIdentity } from '../../domain/license.js';
import { containsAudience, type Profile } from '../../domain/profile.js';
import type { CompactJws } from './parse-compact-jws.js';
import { type Peer, type PeerVerdict, refuse } from './peer.js';
import { statusReferenceOf } from './token-status-list.js';

/** The tolerated clock deviation (RFC 9068 section 4). */
const leewayMs = 60_000;

export interface ClaimCriteria {
  readonly identity: ServerIdentity;
  readonly issuer: string;
  /** Expected for the organization of `identity`. */
  readonly audience: string;
  readonly profile: Profile;
  readonly isRevoked: (claims: Readonly<Record<string, unknown>>) => boolean;
}

/**
 * Checks the claims of a token with a verified signature, except its expiry, which is checked at each use.
 * @param now `null` while the clock is suspect: a wrong clock must not keep out a token that has already begun
 */
export function checkClaims(
  { payload }: Pick<CompactJws, 'payload'>,
  check: ClaimCriteria,
  now: Date | null,
): PeerVerdict {
  const { identity, issuer, audience, profile } = check;
  if (payload['iss'] !== issuer) return refuse('wrong-issuer');
  const reading = readLicenseClaims(payload, profile);
  if (reading.kind === 'unreadable') return refuse('token-malformed');
  const { claims } = reading;
  const { deviceId, deviceKind, clientId } = claims;
  const { id: organizationId } = identity.organization;
  if (claims.organizationId !== organizationId || !containsAudience(payload['aud'], audience)) {
    return refuse('foreign-organization', deviceId);
  }
  // RFC 9068 section 2.2 requires the client id.
  if (deviceKind === null || clientId !== profile.clientIds[deviceKind]) {
    return refuse('wrong-device-kind', deviceId);
  }
  if (claims.hub?.id !== identity.serverId) return refuse('wrong-hub', deviceId);
  if (lacksDemanded(payload, claims, profile)) return refuse('token-malformed');
  if (now !== null && isPremature(claims, now)) return refuse('token-premature', deviceId);
  if (check.isRevoked(payload)) return refuse('device-revoked', deviceId);
  return { kind: 'accepted', peer: toPeer(claims, deviceKind) };
}

/** Returns whether the token lacks the binding or the status that the profile requires. */
function lacksDemanded(payload: CompactJws['payload'], claims: LicenseClaims, profile: Profile): boolean {
  if (profile.dpop === 'required' && claims.keyThumbprint === null) return true;
  return profile.statusList === 'required' && statusReferenceOf(payload) === null;
}

/** Returns why an otherwise valid token is not usable now; `null` if it is. */
export function checkExpiry(
  peer: { tokenExpiresAt: Date; usableUntil: Date },
  now: Date,
): 'token-expired' | 'license-expired' | null {
  const nowMs = now.getTime();
  const usableUntilMs = peer.usableUntil.getTime();
  if (nowMs < usableUntilMs) return null;
  const expiresMs = peer.tokenExpiresAt.getTime();
  if (nowMs >= expiresMs + leewayMs) return 'token-expired';
  return usableUntilMs < expiresMs ? 'license-expired' : null;
}

function toPeer(claims: LicenseClaims, kind: Peer['kind']): Peer {
  const { deviceId, deviceName: name, features, expiresAt, renewalDate, keyThumbprint } = claims;
  const usableUntil = renewalDate !== null && renewalDate < expiresAt ? renewalDate : expiresAt;
  return { deviceId, name, kind, features, tokenExpiresAt: expiresAt, usableUntil, keyThumbprint };
}
