/** What the Authorization server knows of its customers; the words are the product's glossary. */

export type DeviceKind = 'server' | 'register';

export interface Organization {
  id: string;
  name: string;
}

export interface License {
  id: string;
  organizationId: string;
  name: string;
  /** How many devices the license covers. */
  count: number;
  /** The license renewal date; null is a license without an end. */
  expiresOn: Date | null;
  features: string[];
  isActive: boolean;
}

export interface Device {
  id: string;
  organizationId: string;
  name: string;
  kind: DeviceKind;
  licenseId: string;
  /** The server that this device connects to. */
  hubId: string | null;
  url: string | null;
}

/** One authorization of a device; its id is also its index in the Token Status List. */
export interface Grant {
  id: number;
  deviceId: string;
  clientId: string;
  /** Thumbprint of the DPoP key that the grant is bound to (RFC 9449 section 6). */
  dpopJkt: string | null;
  /** Since when the device has its seat of the license: authorizing it anew keeps this. */
  seatSince: Date;
  authorizedAt: Date;
  /** Set when a rotated refresh token was replayed: no refresh token of this grant works any more. */
  familyKilledAt: Date | null;
  endedAt: Date | null;
}

export type DeviceCodeState = 'pending' | 'approved' | 'denied' | 'used';

export interface DeviceCode {
  deviceCodeHash: Buffer;
  clientId: string;
  /** The key that the device authorization request named with `dpop_jkt`. */
  dpopJkt: string | null;
  state: DeviceCodeState;
  grantId: number | null;
  intervalSeconds: number;
  lastPolledAt: Date | null;
  expiresAt: Date;
}

export interface RefreshToken {
  hash: Buffer;
  grantId: number;
  issuedAt: Date;
  expiresAt: Date;
  /** When its first successor was issued. */
  rotatedAt: Date | null;
}
