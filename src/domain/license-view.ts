import type { LicensePolicy, LicenseTerms, ServerIdentity } from './license.js';
import type { LicenseState } from './license-state.js';
import { licenseStatusAt, licenseStatusTexts, tokenStatusAt } from './license-status.js';
import type { LicenseView } from './license-view-schema.js';
import { endsOf, standingAt } from './standing.js';
import { tokenWarningThresholds } from './token-warnings.js';

export type { LicenseView } from './license-view-schema.js';

/** Returns the view of a license at `now`. */
export function licenseViewAt(state: LicenseState, policy: LicensePolicy, now: Date): LicenseView {
  const status = licenseStatusAt(state.license, policy.renewalWindowMs, now);
  return {
    status,
    statusText: licenseStatusTexts[status],
    reason: state.reason,
    ...viewIdentity(state.identity),
    ...viewTerms(state.license?.terms),
    token: viewToken(state, tokenWarningSeconds(state, policy), now),
    connection: state.connection,
    standing: standingAt(state.license && endsOf(state.license), now),
    clockSuspect: state.clockSuspect,
    reauthorizationRequired: state.reauthorizationRequired,
    serviceVersion: policy.serviceVersion,
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

/** Returns the largest warning threshold of the license token. */
export function tokenWarningSeconds({ license }: LicenseState, policy: LicensePolicy): number {
  return (license && tokenWarningThresholds(license.token, policy.tokenWarningsSeconds)[0]) ?? 0;
}

function viewToken(state: LicenseState, warningSeconds: number, now: Date): LicenseView['token'] {
  const nextRefreshAt = state.refresh.nextAttemptAt;
  if (state.license === null) return { status: 'none', expiresAt: null, issuedAt: null, nextRefreshAt };
  const { token } = state.license;
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
