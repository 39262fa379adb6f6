import type { LicensePolicy } from './license.js';
import { type LicenseChange, emitStatus } from './license-event.js';
import { applyRenewalDate } from './apply-time.js';

/** Maximum age of the stored trusted time: a power cut loses at most this much. */
export const markLifeMs = 10 * 60_000;

/** The state of the clock. `trustedAt` is `null` until the Authorization server has confirmed a time. */
export interface ClockObservation {
  readonly isSuspect: boolean;
  readonly trustedAt: Date | null;
}

/** Applies a change in the trust of the machine's clock and advances the stored trusted time. */
export function applyClockTrust(
  change: LicenseChange,
  { isSuspect, trustedAt }: ClockObservation,
  policy: LicensePolicy,
  now: Date,
): LicenseChange {
  const marked = trustedAt === null ? change : moveMark(change, trustedAt);
  if (marked.state.clockSuspect === isSuspect) return marked;
  const suspected = { ...marked, state: { ...marked.state, clockSuspect: isSuspect } };
  if (marked.state.license === null) return suspected;
  return emitStatus(applyRenewalDate(suspected, policy, now), 'clock-suspect', policy, now);
}

function moveMark(change: LicenseChange, trustedAt: Date): LicenseChange {
  // No stored time counts as 0.
  if (trustedAt.getTime() - Number(change.state.trustedAt) < markLifeMs) return change;
  return { ...change, state: { ...change.state, trustedAt } };
}
