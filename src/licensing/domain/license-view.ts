import type { HubServer, LicensePolicy, Organization } from './license.js';
import type { ConnectionError, LicenseState } from './license-state.js';
import {
  type LicenseStatus,
  licenseStatusAt,
  licenseStatusTexts,
  type TokenStatus,
  tokenStatusAt,
} from './license-status.js';
import { tokenWarningThresholds } from './token-warnings.js';
import type { LicenseReason } from './transitions.js';

/** The license as page, API and events show it: times are UTC, unknown is null. */
export interface LicenseView {
  readonly status: LicenseStatus;
  readonly statusText: string;
  readonly reason: LicenseReason | null;
  readonly serverId: string | null;
  readonly serverName: string | null;
  readonly organization: Organization | null;
  readonly renewalDate: Date | null;
  readonly features: readonly string[];
  readonly hub: HubServer | null;
  readonly token: {
    readonly status: TokenStatus;
    readonly expiresAt: Date | null;
    readonly issuedAt: Date | null;
    readonly nextRefreshAt: Date | null;
  };
  readonly connection: {
    readonly online: boolean;
    readonly offlineSince: Date | null;
    readonly lastContactAt: Date | null;
    readonly lastError: ConnectionError | null;
  };
  readonly clockSuspect: boolean;
  readonly reauthorizationRequired: boolean;
  /** Sixteen digits, so that it orders as a string too; null before the first event. */
  readonly sequence: string | null;
}

/** Computes the view of a license at `now`. */
export function licenseViewAt(state: LicenseState, policy: LicensePolicy, now: Date): LicenseView {
  const { identity, license } = state;
  const token = license?.token ?? null;
  const status = licenseStatusAt(license, policy.renewalWindowMs, now);
  const warningSeconds = token ? (tokenWarningThresholds(token, policy.tokenWarningsSeconds)[0] ?? 0) : 0;
  return {
    status,
    statusText: licenseStatusTexts[status],
    reason: state.reason,
    serverId: identity?.serverId ?? null,
    serverName: identity?.serverName ?? null,
    organization: identity?.organization ?? null,
    renewalDate: license?.terms.renewalDate ?? null,
    features: license?.terms.features ?? [],
    hub: license?.terms.hub ?? null,
    token: {
      status: tokenStatusAt(token, warningSeconds, now),
      expiresAt: token?.expiresAt ?? null,
      issuedAt: token?.issuedAt ?? null,
      nextRefreshAt: state.refresh.nextAttemptAt,
    },
    connection: state.connection,
    clockSuspect: state.clockSuspect,
    reauthorizationRequired: state.reauthorizationRequired,
    sequence: state.sequence === 0 ? null : formatSequence(state.sequence),
  };
}

/** Writes an event number as sixteen digits. */
export function formatSequence(sequence: number): string {
  return String(sequence).padStart(16, '0');
}
