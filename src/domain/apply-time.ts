import type { LicensePolicy } from './license.js';
import { type LicenseChange, emitStatus, emitTokenExpiring, unchanged } from './license-event.js';
import { type LicenseState, withEndedToken } from './license-state.js';
import { licenseStatusAt } from './license-status.js';
import { dueTokenWarnings } from './token-warnings.js';

/**
 * Applies the effects of elapsed time: renewal window, renewal date, token thresholds and token expiry. Returns the
 * same state object and no events if nothing is due.
 *
 * @param confirmedAt the time that may end a license permanently: a wrong clock of the machine must not move it
 */
export function applyTime(
  state: LicenseState,
  policy: LicensePolicy,
  now: Date,
  confirmedAt: Date = now,
): LicenseChange {
  if (state.license === null) return unchanged(state);
  const { token } = state.license;
  let change = applyRenewalDate(unchanged(state), policy, now);
  const due = dueTokenWarnings(token, policy.tokenWarningsSeconds, state.announcedThresholdSeconds, now);
  for (const seconds of due) change = emitTokenExpiring(change, token.expiresAt, seconds, now);
  // A license with a dead grant ends with its token.
  if (state.reauthorizationRequired && confirmedAt > token.expiresAt) {
    return emitStatus({ ...change, state: withEndedToken(change.state) }, 'revoked', policy, now);
  }
  return due.includes(0) ? emitStatus(change, 'token-expired', policy, now) : change;
}

/**
 * Applies the renewal window and the renewal date. Call it before any other change, so that each event has its own
 * reason.
 */
export function applyRenewalDate(change: LicenseChange, policy: LicensePolicy, now: Date): LicenseChange {
  const status = licenseStatusAt(change.state.license, policy.renewalWindowMs, now);
  if (status === change.state.reportedStatus) return change;
  return emitStatus(change, status === 'expired' ? 'expired' : 'renewal-window', policy, now);
}
