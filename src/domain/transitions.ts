import type { LicenseStatus } from './license-status.js';

export const licenseReasons = [
  'acquired',
  'refreshed',
  'renewed',
  'terms-changed',
  'renewal-window',
  'expired',
  'removed',
  'revoked',
  'token-expired',
  'clock-suspect',
  'reauthorization-required',
  'server-changed',
] as const;

/** The `reason` of a `license.status` event. */
export type LicenseReason = (typeof licenseReasons)[number];

/** Reasons of an acquisition: as the same server as before, or as another one. */
const acquired = ['acquired', 'server-changed'] as const;
/** Reasons for a license after none: a refresh that was refused may succeed after the token has expired. */
const obtained = [...acquired, 'refreshed'] as const;
/** Reasons that can leave the status unchanged. */
const unchanged = [
  ...acquired,
  'refreshed',
  'renewed',
  'terms-changed',
  'token-expired',
  'clock-suspect',
  'reauthorization-required',
] as const;
/** Reasons for a later or an earlier renewal date in an answer of the Authorization server. */
const later = [...acquired, 'renewed'] as const;
const earlier = [...acquired, 'terms-changed'] as const;
const ended = ['removed', 'revoked'] as const;

/** The permitted transitions: from status, to status, reasons. */
export const licenseTransitions: Readonly<
  Record<LicenseStatus, Readonly<Partial<Record<LicenseStatus, readonly LicenseReason[]>>>>
> = {
  unlicensed: {
    // A restored server repeats that it has no license.
    unlicensed: ended,
    licensed: obtained,
    'requires-renewal': obtained,
    expired: obtained,
  },
  licensed: {
    licensed: unchanged,
    'requires-renewal': [...earlier, 'renewal-window'],
    expired: [...earlier, 'expired'],
    unlicensed: ended,
  },
  'requires-renewal': {
    // A corrected clock or a smaller renewal window leads back.
    licensed: [...later, 'renewal-window'],
    'requires-renewal': unchanged,
    expired: [...earlier, 'expired'],
    unlicensed: ended,
  },
  expired: {
    licensed: [...later, 'renewal-window'],
    'requires-renewal': [...later, 'renewal-window'],
    expired: unchanged,
    unlicensed: ended,
  },
};

/** A transition that is not in the table: a fault in the caller, never an expected outcome. */
export class InvalidTransitionError extends Error {
  readonly code = 'invalid-transition';

  constructor(
    readonly from: LicenseStatus,
    readonly to: LicenseStatus,
    readonly reason: LicenseReason,
  ) {
    super(`Invalid license transition from "${from}" to "${to}" with reason "${reason}".`);
    this.name = 'InvalidTransitionError';
  }
}

/** Checks that a transition is in the table. @throws InvalidTransitionError */
export function assertTransition(from: LicenseStatus, to: LicenseStatus, reason: LicenseReason): void {
  if (!licenseTransitions[from][to]?.includes(reason)) throw new InvalidTransitionError(from, to, reason);
}
