/** The organization that owns the license at the Authorization server. */
export interface Organization {
  readonly id: string;
  readonly name: string;
}

/** The server that this one connects to, as entered at the Authorization server. */
export interface HubServer {
  readonly id: string;
  readonly name: string;
  readonly url: string | null;
}

/** Who this server is at the Authorization server; it outlives the license. */
export interface ServerIdentity {
  readonly serverId: string;
  readonly serverName: string;
  readonly organization: Organization;
}

/** What the license grants. `renewalDate` null: it never has to be renewed. */
export interface LicenseTerms {
  readonly features: readonly string[];
  readonly renewalDate: Date | null;
  readonly hub: HubServer | null;
}

/** The life of a license token: `issuedAt` and `expiresAt` by the issuer's clock, `receivedAt` by ours. */
export interface TokenLife {
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly receivedAt: Date;
}

/** The right of this server, and the life of the token that proves it. */
export interface License {
  readonly terms: LicenseTerms;
  readonly token: TokenLife;
}

/** What a license token says once it is verified. */
export interface LicenseGrant {
  readonly identity: ServerIdentity;
  readonly license: License;
}

/** How a configured installation treats time; durations as their names say. */
export interface LicensePolicy {
  readonly renewalWindowMs: number;
  /** Thresholds before the token's end, largest first; at most three. */
  readonly tokenWarningsSeconds: readonly number[];
  readonly refreshIntervalMs: number;
}

/** How long a token lives, in milliseconds. */
export function tokenLifeMs(token: TokenLife): number {
  return Math.max(0, token.expiresAt.getTime() - token.issuedAt.getTime());
}
