import type { LicensePolicy } from './license.js';
import { type LicenseChange, emitStatus } from './license-event.js';
import { applyRenewalDate } from './apply-time.js';

/** How old the stored mark of the trusted time may be: what a power cut can take from it. */
export const markLifeMs = 10 * 60_000;

/** What the clock says of itself; `trustedAt` null: the Authorization server has not vouched for any time yet. */
export interface ClockObservation {
  readonly isSuspect: boolean;
  readonly trustedAt: Date | null;
}

/** Takes up a change of heart about the clock of this machine, and moves the stored mark of the trusted time on. */
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
  const stored = change.state.trustedAt;
  if (stored !== null && trustedAt.getTime() - stored.getTime() < markLifeMs) return change;
  return { ...change, state: { ...change.state, trustedAt } };
}
