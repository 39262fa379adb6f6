import type { DeviceKind } from '../../domain/device-kind.js';

/** A register or a store server that is let in: its license token is of this server's organization and names it as hub. */
export interface Peer {
  /** `sub` of the token; safe as a token of a NATS subject. */
  readonly deviceId: string;
  readonly name: string;
  readonly kind: DeviceKind;
  readonly features: readonly string[];
  /** The end of the token or of the license, whichever comes first. */
  readonly usableUntil: Date;
  readonly tokenExpiresAt: Date;
  /** Thumbprint of the key that the token is bound to (RFC 9449 section 6); null: a plain bearer token. */
  readonly keyThumbprint: string | null;
}

/** Why a peer is not let in; stable, written for programs and logs. */
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

export type PeerVerdict = AcceptedPeer | { readonly kind: 'refused'; readonly code: PeerRefusal };

export const refuse = (code: PeerRefusal): PeerVerdict => ({ kind: 'refused', code });
