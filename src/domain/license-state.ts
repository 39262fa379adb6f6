import type { License, ServerIdentity } from './license.js';
import type { LicenseStatus } from './license-status.js';
import type { LicenseReason } from './transitions.js';

/** The last failed exchange with the Authorization server. */
export interface ConnectionError {
  readonly code: string;
  readonly message: string;
  readonly at: Date;
}

/** The state of the connection to the Authorization server. */
export interface Connection {
  readonly online: boolean;
  readonly offlineSince: Date | null;
  readonly lastContactAt: Date | null;
  readonly lastError: ConnectionError | null;
}

/** The refresh progress of the current token. Persisted, so that a crash loop cannot flood the Authorization server. */
export interface RefreshProgress {
  /** Time of the next attempt; `null` if there is nothing to refresh or only an administrator can resolve it. */
  readonly nextAttemptAt: Date | null;
  /** Consecutive failures. */
  readonly failures: number;
  /**
   * Set before the refresh token is sent; cleared by a conclusive answer. If it is still set at the next attempt, the
   * server may have rotated the token in an answer that was lost (RFC 9700 section 4.14.2).
   */
  readonly intentAt: Date | null;
}

/** The identity that an acquisition replaced. */
export type PreviousServer = Pick<ServerIdentity, 'serverId' | 'serverName'>;

/** The complete license state of this server: the input of every decision, stored as one row. */
export interface LicenseState {
  /** Kept after removal or revocation, so that peers can still be distinguished from strangers. */
  readonly identity: ServerIdentity | null;
  readonly license: License | null;
  /** The server that this one was before its last acquisition; `null` if it was the same or none. */
  readonly previousServer: PreviousServer | null;
  /** The status in the last emitted event. */
  readonly reportedStatus: LicenseStatus;
  readonly reason: LicenseReason | null;
  /**
   * The smallest `token.expiring` threshold emitted for the current token; 0 is its expiry, `null` if there is none.
   */
  readonly announcedThresholdSeconds: number | null;
  readonly connection: Connection;
  readonly refresh: RefreshProgress;
  readonly reauthorizationRequired: boolean;
  readonly clockSuspect: boolean;
  /** The last time confirmed by the Authorization server, advanced by uptime; `null` before the first contact. */
  readonly trustedAt: Date | null;
  /** The number of the last event of either type; 0 before the first. */
  readonly sequence: number;
}

const noRefresh: RefreshProgress = { nextAttemptAt: null, failures: 0, intentAt: null };

/** The state of a server before its first contact with the Authorization server. */
export const initialLicenseState: LicenseState = {
  identity: null,
  license: null,
  previousServer: null,
  reportedStatus: 'unlicensed',
  reason: null,
  announcedThresholdSeconds: null,
  connection: { online: true, offlineSince: null, lastContactAt: null, lastError: null },
  refresh: noRefresh,
  reauthorizationRequired: false,
  clockSuspect: false,
  trustedAt: null,
  sequence: 0,
};

/** Returns the state after the token of a dead grant has expired: its refresh token is still tried. */
export function withEndedToken(state: LicenseState): LicenseState {
  return { ...withoutLicense(state), refresh: state.refresh };
}

/** Returns the state without its license; identity and connection are kept. */
export function withoutLicense(state: LicenseState): LicenseState {
  return {
    ...state,
    license: null,
    announcedThresholdSeconds: null,
    refresh: noRefresh,
    reauthorizationRequired: false,
  };
}
