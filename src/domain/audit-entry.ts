import type { AuditActor } from './audit-actor.js';
import type { LicenseState } from './license-state.js';
import type { AuditAction, AuditEntry } from './ports/license-store.js';

interface AuditDetails {
  readonly reason?: string | null;
  /** The license before and after the action, if it can change the license. */
  readonly before?: LicenseState;
  readonly after?: LicenseState;
}

/** Returns the entry of an action for the audit trail. */
export function auditEntry(
  at: Date,
  { name, address }: AuditActor,
  action: AuditAction,
  { reason = null, before, after }: AuditDetails = {},
): AuditEntry {
  return {
    at,
    actor: name,
    address,
    action,
    reason,
    before: before === undefined ? null : summarizeLicense(before),
    after: after === undefined ? null : summarizeLicense(after),
  };
}

/** Returns the license data for the audit trail: terms and dates, no secrets. */
function summarizeLicense(state: LicenseState): Record<string, unknown> {
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
