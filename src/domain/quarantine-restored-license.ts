import type { LicensePolicy } from './license.js';
import { type LicenseChange, emitStatus, unchanged } from './license-event.js';
import type { LicenseState } from './license-state.js';
import { applyRenewalDate } from './apply-time.js';

/**
 * Makes a license that came from a backup safe to go on with, and tells it anew, as events of the original may be newer
 * than those of the copy.
 *
 * The grant of the copy may have been used since. Where the original may still run, the copy gives it up: a second use of a
 * rotated refresh token would end the grant of both (RFC 9700 section 4.14.2). The license counts until its token ends.
 * Where the original is gone, the copy tries the grant at once, and knows that it may be dead: see {@link failRefresh}.
 */
export function quarantineRestoredLicense(
  state: LicenseState,
  isOriginalGone: boolean,
  policy: LicensePolicy,
  now: Date,
): LicenseChange {
  if (state.license === null) return unchanged(state);
  const observed = applyRenewalDate(unchanged(state), policy, now);
  if (isOriginalGone && !state.reauthorizationRequired) {
    const refresh = { ...state.refresh, nextAttemptAt: now, intentAt: state.refresh.intentAt ?? now };
    return emitStatus({ ...observed, state: { ...observed.state, refresh } }, 'terms-changed', policy, now);
  }
  const waiting: LicenseState = {
    ...observed.state,
    refresh: { nextAttemptAt: null, failures: 0, intentAt: null },
    reauthorizationRequired: true,
  };
  return emitStatus({ ...observed, state: waiting }, 'reauthorization-required', policy, now);
}
