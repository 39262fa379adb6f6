import type { License, ServerIdentity } from './license.js';
import type { LicenseStatus } from './license-status.js';
import type { LicenseReason } from './transitions.js';

/** The last thing that went wrong with the Authorization server. */
export interface ConnectionError {
  readonly code: string;
  readonly message: string;
  readonly at: Date;
}

/** How this server last fared with the Authorization server. */
export interface Connection {
  readonly online: boolean;
  readonly offlineSince: Date | null;
  readonly lastContactAt: Date | null;
  readonly lastError: ConnectionError | null;
}

/** Where the refresh of the present token stands; persisted, so that a crash loop cannot hammer the server. */
export interface RefreshProgress {
  /** When to try next; null: nothing to refresh, or only a person can help. */
  readonly nextAttemptAt: Date | null;
  /** Failures in a row. */
  readonly failures: number;
  /**
   * Set before the refresh token is sent and cleared by an answer that settles its fate. Still set at the next try, it
   * means that the server may have rotated the token in an answer that never arrived (RFC 9700 section 4.14.2).
   */
  readonly intentAt: Date | null;
}

/** All that this server knows of its license: what every decision is made from, and what one row of the store holds. */
export interface LicenseState {
  /** Stays after the license is removed or revoked, so that peers can still be told apart from strangers. */
  readonly identity: ServerIdentity | null;
  readonly license: License | null;
  /** What subscribers were told last. */
  readonly reportedStatus: LicenseStatus;
  readonly reason: LicenseReason | null;
  /** The smallest `token.expiring` threshold told of the present token; 0: its end; null: none yet. */
  readonly announcedThresholdSeconds: number | null;
  readonly connection: Connection;
  readonly refresh: RefreshProgress;
  readonly reauthorizationRequired: boolean;
  readonly clockSuspect: boolean;
  /** The last time that the Authorization server vouched for, moved on by uptime; null before the first contact. */
  readonly trustedAt: Date | null;
  /** The number of the last event of either subject; 0 before the first. */
  readonly sequence: number;
}

const noRefresh: RefreshProgress = { nextAttemptAt: null, failures: 0, intentAt: null };

/** A server that was never licensed and has not yet spoken with the Authorization server. */
export const initialLicenseState: LicenseState = {
  identity: null,
  license: null,
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

/** The state without its license; the identity and the connection stay. */
export function withoutLicense(state: LicenseState): LicenseState {
  return {
    ...state,
    license: null,
    announcedThresholdSeconds: null,
    refresh: noRefresh,
    reauthorizationRequired: false,
  };
}
