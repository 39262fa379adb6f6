import type { LicenseState } from './license-state.js';

/** Returns the license data for the audit trail: terms and dates, no secrets. */
export function summarizeLicense(state: LicenseState): Record<string, unknown> {
  const { license, identity } = state;
  return {
    status: state.reportedStatus,
    serverId: identity?.serverId ?? null,
    organizationId: identity?.organization.id ?? null,
    features: license?.terms.features ?? [],
    renewalDate: license?.terms.renewalDate ?? null,
    hubId: license?.terms.hub?.id ?? null,
    clockSuspect: state.clockSuspect,
    tokenExpiresAt: license?.token.expiresAt ?? null,
  };
}
