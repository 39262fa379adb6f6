import type { License } from './license.js';

export const standingReasons = ['licensed', 'unlicensed', 'expired', 'token-expired'] as const;
export const standingLimits = ['token', 'license'] as const;

/** Whether registers of a server can sell, and until when if nothing changes. */
export interface Standing {
  readonly isLicensed: boolean;
  readonly reason: (typeof standingReasons)[number];
  /** `null` if registers cannot sell. */
  readonly usableUntil: Date | null;
  /** What ends at `usableUntil`. */
  readonly limitedBy: (typeof standingLimits)[number] | null;
}

/** The two ends of a license. */
export interface LicenseEnds {
  readonly renewalDate: Date | null;
  readonly tokenExpiresAt: Date;
}

export function endsOf({ terms, token }: License): LicenseEnds {
  return { renewalDate: terms.renewalDate, tokenExpiresAt: token.expiresAt };
}

/**
 * Returns the standing of a server at `now`; `ends` is `null` without a license. Registers judge in the same way with the
 * client library: the renewal date no longer counts as licensed, but the last millisecond of the token does.
 */
export function standingAt(ends: LicenseEnds | null, now: Date): Standing {
  if (ends === null) return cannotSell('unlicensed');
  const { renewalDate, tokenExpiresAt } = ends;
  if (renewalDate !== null && now >= renewalDate) return cannotSell('expired');
  if (now > tokenExpiresAt) return cannotSell('token-expired');
  const isLicenseFirst = renewalDate !== null && renewalDate <= tokenExpiresAt;
  return {
    isLicensed: true,
    reason: 'licensed',
    usableUntil: isLicenseFirst ? renewalDate : tokenExpiresAt,
    limitedBy: isLicenseFirst ? 'license' : 'token',
  };
}

/** Returns the standing of a server whose registers cannot sell. */
export function cannotSell(reason: Standing['reason']): Standing {
  return { isLicensed: false, reason, usableUntil: null, limitedBy: null };
}
