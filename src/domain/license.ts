/** The organization that owns the license at the Authorization server. */
export interface Organization {
  readonly id: string;
  readonly name: string;
}

/** The server that this one connects to, as configured at the Authorization server. */
export interface HubServer {
  readonly id: string;
  readonly name: string;
  readonly url: string | null;
}

/** The identity of this server at the Authorization server; it outlives the license. */
export interface ServerIdentity {
  readonly serverId: string;
  readonly serverName: string;
  readonly organization: Organization;
}

/** The terms of a license. `renewalDate` is `null` if it never needs renewal. */
export interface LicenseTerms {
  readonly features: readonly string[];
  readonly renewalDate: Date | null;
  readonly hub: HubServer | null;
}

/**
 * The lifetime of a license token: `issuedAt` and `expiresAt` by the issuer's clock, `receivedAt` by the local clock.
 */
export interface TokenLife {
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly receivedAt: Date;
}

/** The terms of the license and the lifetime of the token that proves it. */
export interface License {
  readonly terms: LicenseTerms;
  readonly token: TokenLife;
}

/** The content of a verified license token, and the time when the Authorization server answered with it, by its clock. */
export interface LicenseGrant {
  readonly identity: ServerIdentity;
  readonly license: License;
  readonly answeredAt: Date;
}

/** The configured durations that govern a license, and the version that its view reports. */
export interface LicensePolicy {
  readonly renewalWindowMs: number;
  /** Seconds before the token expires, largest first; at most three. */
  readonly tokenWarningsSeconds: readonly number[];
  readonly refreshIntervalMs: number;
  readonly serviceVersion: string;
}

/** A license token that lives less closes a shop that is offline for part of a day. */
export const minTokenLifeMs = 24 * 3_600_000;

/** Returns the lifetime of a token in milliseconds. */
export function tokenLifeMs(token: Pick<TokenLife, 'issuedAt' | 'expiresAt'>): number {
  return Math.max(0, token.expiresAt.getTime() - token.issuedAt.getTime());
}
