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
] as const;

/** Why subscribers are told of a license: the `reason` of a `license.status` event. */
export type LicenseReason = (typeof licenseReasons)[number];

/** What can be told of a license that keeps its status. */
const unchanged = [
  'acquired',
  'refreshed',
  'renewed',
  'terms-changed',
  'token-expired',
  'clock-suspect',
  'reauthorization-required',
] as const;
/** How an answer of the Authorization server brings a later renewal date, or an earlier one. */
const later = ['acquired', 'renewed'] as const;
const earlier = ['acquired', 'terms-changed'] as const;
const ended = ['removed', 'revoked'] as const;

/** Each status that may follow a status, and the reasons that may lead there. What is not listed cannot happen. */
export const licenseTransitions: Readonly<
  Record<LicenseStatus, Readonly<Partial<Record<LicenseStatus, readonly LicenseReason[]>>>>
> = {
  unlicensed: {
    licensed: ['acquired'],
    'requires-renewal': ['acquired'],
    expired: ['acquired'],
  },
  licensed: {
    licensed: unchanged,
    'requires-renewal': [...earlier, 'renewal-window'],
    expired: [...earlier, 'expired'],
    unlicensed: ended,
  },
  'requires-renewal': {
    // Time alone leads back where a clock was corrected or the renewal window was made smaller.
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

/** A change of status that the table does not know: a fault in the caller, never an expected outcome. */
export class InvalidTransitionError extends Error {
  readonly code = 'invalid-transition';

  constructor(
    readonly from: LicenseStatus,
    readonly to: LicenseStatus,
    readonly reason: LicenseReason,
  ) {
    super(`A license cannot go from "${from}" to "${to}" by "${reason}".`);
    this.name = 'InvalidTransitionError';
  }
}

/** Refuses a transition that is not in the table. @throws InvalidTransitionError */
export function assertTransition(from: LicenseStatus, to: LicenseStatus, reason: LicenseReason): void {
  if (!licenseTransitions[from][to]?.includes(reason)) throw new InvalidTransitionError(from, to, reason);
}
