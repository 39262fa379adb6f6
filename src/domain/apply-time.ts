import type { LicensePolicy } from './license.js';
import { type LicenseChange, emitStatus, emitTokenExpiring, unchanged } from './license-event.js';
import { type LicenseState, withoutLicense } from './license-state.js';
import { licenseStatusAt } from './license-status.js';
import { dueTokenWarnings } from './token-warnings.js';

/**
 * Tells what time alone has changed by `now`: the renewal window or date reached, thresholds of the token reached, the
 * token ended. Returns the same state object, and no events, where nothing is due.
 */
export function applyTime(state: LicenseState, policy: LicensePolicy, now: Date): LicenseChange {
  if (state.license === null) return unchanged(state);
  let change = applyRenewalDate(unchanged(state), policy, now);
  const due = dueTokenWarnings(
    state.license.token,
    policy.tokenWarningsSeconds,
    state.announcedThresholdSeconds,
    now,
  );
  for (const thresholdSeconds of due) change = emitTokenExpiring(change, thresholdSeconds, now);
  // A license whose grant is known to be dead was kept only as long as its token.
  if (state.reauthorizationRequired && now > state.license.token.expiresAt) {
    return emitStatus({ ...change, state: withoutLicense(change.state) }, 'revoked', policy, now);
  }
  return due.includes(0) ? emitStatus(change, 'token-expired', policy, now) : change;
}

/** Tells what time alone has done to the license status; before any other change, so that each has its own reason. */
export function applyRenewalDate(change: LicenseChange, policy: LicensePolicy, now: Date): LicenseChange {
  const status = licenseStatusAt(change.state.license, policy.renewalWindowMs, now);
  if (status === change.state.reportedStatus) return change;
  return emitStatus(change, status === 'expired' ? 'expired' : 'renewal-window', policy, now);
}
