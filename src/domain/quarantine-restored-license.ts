import type { LicensePolicy } from './license.js';
import { type LicenseChange, emitStatus, unchanged } from './license-event.js';
import { type LicenseState, withoutLicense } from './license-state.js';
import { applyRenewalDate } from './apply-time.js';

/**
 * Makes a license restored from a backup safe to use and emits its status again, because the original may have emitted
 * newer events.
 *
 * The original may have used the grant since the backup. If the original may still run, the copy gives up the grant: a
 * second use of a rotated refresh token would end the grant of both (RFC 9700 section 4.14.2). The license stays valid
 * until its token expires. If the original is gone, the copy refreshes immediately and expects that the grant may be
 * dead: see {@link failRefresh}.
 */
export function quarantineRestoredLicense(
  copied: LicenseState,
  isOriginalGone: boolean,
  policy: LicensePolicy,
  now: Date,
): LicenseChange {
  const state = outrankOriginal(copied, now);
  if (state.license === null) {
    const kept = unchanged(isOriginalGone ? state : withoutLicense(state));
    if (state.identity === null) return kept;
    // Registers may still know a license that the original acquired after the backup.
    return emitStatus(kept, state.reason === 'removed' ? 'removed' : 'revoked', policy, now);
  }
  const observed = applyRenewalDate(unchanged(state), policy, now);
  if (isOriginalGone) {
    const reason = state.reauthorizationRequired ? 'reauthorization-required' : 'terms-changed';
    const refresh = { ...state.refresh, nextAttemptAt: now, intentAt: state.refresh.intentAt ?? now };
    return emitStatus({ ...observed, state: { ...observed.state, refresh } }, reason, policy, now);
  }
  const waiting: LicenseState = {
    ...observed.state,
    refresh: { nextAttemptAt: null, failures: 0, intentAt: null },
    reauthorizationRequired: true,
  };
  return emitStatus({ ...observed, state: waiting }, 'reauthorization-required', policy, now);
}

/**
 * Skips the numbers that the original may have used since the copy. Usually the time is above them, but not after a clock
 * that was ahead. There is less than one event for each millisecond.
 */
function outrankOriginal(state: LicenseState, now: Date): LicenseState {
  if (state.sequence < now.getTime()) return state;
  // No stored time counts as 0.
  const copiedMs = Math.min(Number(state.trustedAt), now.getTime());
  return { ...state, sequence: state.sequence + now.getTime() - copiedMs };
}
