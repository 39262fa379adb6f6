/** The organization that owns the license at the Authorization server. */
export interface Organization {
  readonly id: string;
  readonly name: string;
}

/** The server that this one connects to. */
export interface HubServer {
  readonly id: string;
  readonly name: string;
  readonly url: string | null;
}

/** The last thing that went wrong between the server and the Authorization server. */
export interface ConnectionError {
  readonly code: string;
  readonly message: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export const licenseStatuses = ['unlicensed', 'licensed', 'requires-renewal', 'expired'] as const;
export type LicenseStatus = (typeof licenseStatuses)[number];

export type TokenStatus = 'none' | 'valid' | 'expiring' | 'expired';

/** Why the server told of its license. */
export type LicenseReason =
  | 'acquired'
  | 'refreshed'
  | 'renewed'
  | 'terms-changed'
  | 'renewal-window'
  | 'expired'
  | 'removed'
  | 'revoked'
  | 'token-expired'
  | 'clock-suspect'
  | 'reauthorization-required';

/** The license of a server as the server tells it: the JSON document itself, times in ISO 8601 UTC, unknown is null. */
export interface LicenseView {
  readonly status: LicenseStatus;
  readonly statusText: string;
  readonly reason: LicenseReason | null;
  readonly serverId: string | null;
  readonly serverName: string | null;
  readonly organization: Organization | null;
  readonly renewalDate: string | null;
  readonly features: readonly string[];
  readonly hub: HubServer | null;
  readonly token: {
    readonly status: TokenStatus;
    readonly expiresAt: string | null;
    readonly issuedAt: string | null;
    readonly nextRefreshAt: string | null;
  };
  readonly connection: {
    readonly online: boolean;
    readonly offlineSince: string | null;
    readonly lastContactAt: string | null;
    readonly lastError: ConnectionError | null;
  };
  readonly clockSuspect: boolean;
  readonly reauthorizationRequired: boolean;
  /** Sixteen digits, so that it orders as a string too. */
  readonly sequence: string;
}
