/** The data of the Authorization server. The terms are in the product's glossary. */

export type DeviceKind = 'server' | 'register';

export interface Organization {
  id: string;
  name: string;
}

export interface License {
  id: string;
  organizationId: string;
  name: string;
  /** The number of devices that the license covers. */
  count: number;
  /** The license renewal date; `null` if the license has no end. */
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
  /** The start of the device's seat of the license. Another authorization keeps it. */
  seatSince: Date;
  authorizedAt: Date;
  /** Set when a rotated refresh token was replayed: no refresh token of this grant works after that. Its seat remains. */
  familyKilledAt: Date | null;
  endedAt: Date | null;
  /** Not set by a replay or by another authorization: they leave the license tokens valid until they expire. */
  areTokensRevoked: boolean;
}

export type DeviceCodeState = 'pending' | 'approved' | 'denied' | 'used';

export interface DeviceCode {
  deviceCodeHash: Buffer;
  clientId: string;
  /** The key thumbprint that the device authorization request sent as `dpop_jkt`. */
  dpopJkt: string | null;
  /** The name that the device gave itself in its request, unverified. */
  deviceName: string | null;
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
  /** The time when its first successor was issued. */
  rotatedAt: Date | null;
}
