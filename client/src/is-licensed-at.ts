import { judgeStanding } from './judge-standing.js';
import type { LicenseView } from './license-view.js';

/**
 * Tells whether a license holds at `now`, also long after the view of it was made: the status says so, the renewal date
 * has not come, and the token has not ended. A server or internet that is away changes nothing before that.
 */
export function isLicensedAt(license: LicenseView | null, now: Date): boolean {
  return judgeStanding(license, null, now).isLicensed;
}
