import type { HubServer, LicensePolicy, LicenseTerms, Organization, ServerIdentity } from './license.js';
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

/** The license as shown by the page, the API and events. Times are UTC; unknown values are `null`. */
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
  /** Sixteen digits, so that string order equals numeric order; `null` before the first event. */
  readonly sequence: string | null;
}

/** Returns the view of a license at `now`. */
export function licenseViewAt(state: LicenseState, policy: LicensePolicy, now: Date): LicenseView {
  const status = licenseStatusAt(state.license, policy.renewalWindowMs, now);
  return {
    status,
    statusText: licenseStatusTexts[status],
    reason: state.reason,
    ...viewIdentity(state.identity),
    ...viewTerms(state.license?.terms),
    token: viewToken(state, policy, now),
    connection: state.connection,
    clockSuspect: state.clockSuspect,
    reauthorizationRequired: state.reauthorizationRequired,
    sequence: state.sequence === 0 ? null : formatSequence(state.sequence),
  };
}

function viewIdentity(
  identity: ServerIdentity | null,
): Pick<LicenseView, 'serverId' | 'serverName' | 'organization'> {
  return identity ?? { serverId: null, serverName: null, organization: null };
}

function viewTerms(terms: LicenseTerms | undefined): Pick<LicenseView, 'renewalDate' | 'features' | 'hub'> {
  return terms ?? { renewalDate: null, features: [], hub: null };
}

function viewToken(state: LicenseState, policy: LicensePolicy, now: Date): LicenseView['token'] {
  const nextRefreshAt = state.refresh.nextAttemptAt;
  if (state.license === null) return { status: 'none', expiresAt: null, issuedAt: null, nextRefreshAt };
  const { token } = state.license;
  const warningSeconds = tokenWarningThresholds(token, policy.tokenWarningsSeconds)[0] ?? 0;
  return {
    status: tokenStatusAt(token, warningSeconds, now),
    expiresAt: token.expiresAt,
    issuedAt: token.issuedAt,
    nextRefreshAt,
  };
}

/** Formats an event number as sixteen digits. */
export function formatSequence(sequence: number): string {
  return String(sequence).padStart(16, '0');
}
