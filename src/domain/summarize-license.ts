import type { LicenseState } from './license-state.js';

/** What the audit trail keeps of a license before and after a change: its terms and dates, never a secret. */
export function summarizeLicense(state: LicenseState): Record<string, unknown> {
  const { license, identity } = state;
  return {
    status: state.reportedStatus,
    serverId: identity?.serverId ?? null,
    organizationId: identity?.organization.id ?? null,
    features: license?.terms.features ?? [],
    renewalDate: license?.terms.renewalDate ?? null,
    hubId: license?.terms.hub?.id ?? null,
    tokenExpiresAt: license?.token.expiresAt ?? null,
  };
}
