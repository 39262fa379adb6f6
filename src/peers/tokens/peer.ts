import type { DeviceKind } from '../../domain/device-kind.js';

/**
 * An admitted register or store server: its license token belongs to this server's organization and names this server
 * as hub.
 */
export interface Peer {
  /** `sub` of the token; safe in a NATS subject. */
  readonly deviceId: string;
  readonly name: string;
  readonly kind: DeviceKind;
  readonly features: readonly string[];
  /** The expiry of the token or the license, whichever is first. */
  readonly usableUntil: Date;
  readonly tokenExpiresAt: Date;
  /** Thumbprint of the key that the token is bound to (RFC 9449 section 6); `null` for a bearer token. */
  readonly keyThumbprint: string | null;
}

/** The code of a refusal; stable, for programs and logs. */
export type PeerRefusal =
  | 'server-unlicensed'
  | 'token-malformed'
  | 'token-type'
  | 'unknown-key'
  | 'bad-signature'
  | 'wrong-issuer'
  | 'foreign-organization'
  | 'wrong-device-kind'
  | 'wrong-hub'
  | 'token-premature'
  | 'token-expired'
  | 'license-expired'
  | 'device-revoked'
  | 'proof-missing'
  | 'proof-invalid'
  | 'proof-replayed'
  | 'nonce-required';

export interface AcceptedPeer {
  readonly kind: 'accepted';
  readonly peer: Peer;
}

export interface RefusedPeer {
  readonly kind: 'refused';
  readonly code: PeerRefusal;
  /** The device, if the signature of its token is valid; otherwise `null`. */
  readonly deviceId: string | null;
}

export type PeerVerdict = AcceptedPeer | RefusedPeer;

export const refuse = (code: PeerRefusal, deviceId: string | null = null): PeerVerdict => ({
  kind: 'refused',
  code,
  deviceId,
});
