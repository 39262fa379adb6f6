/** The organization that owns the license at the Authorization server. */
export interface Organization {
  readonly id: string;
  readonly name: string;
}

/** The hub server: the server that a device connects to. */
export interface HubServer {
  readonly id: string;
  readonly name: string;
  /** As entered at the Authorization server; `null` if none is entered. */
  readonly url: string | null;
}

/** The last failure between the server and the Authorization server. */
export interface ConnectionError {
  readonly code: string;
  readonly message: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export const licenseStatuses = ['unlicensed', 'licensed', 'requires-renewal', 'expired'] as const;
/** The status of a license; `licensed` and `requires-renewal` allow sales. */
export type LicenseStatus = (typeof licenseStatuses)[number];

/** The status of a license token; `expiring` means that the warning time is reached and no refresh succeeded. */
export type TokenStatus = 'none' | 'valid' | 'expiring' | 'expired';

/** The reason why the server published its license. */
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
  | 'reauthorization-required'
  | 'server-changed';

/** The license of a server, as published in JSON: times are ISO 8601 in UTC, and unknown values are `null`. */
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
  /** Sixteen digits. It can be compared as a string. */
  readonly sequence: string;
}
