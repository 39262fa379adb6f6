import { computeStanding } from './compute-standing.js';
import type { LicenseView } from './license-view.js';

/**
 * Returns whether a license is valid at `now`: its status is licensed or requires-renewal, and neither the renewal date
 * nor the end of the token has passed. `now` may be long after the view was created. `false` if `license` is `null`.
 */
export function isLicensedAt(license: LicenseView | null, now: Date): boolean {
  return computeStanding(license, null, now).isLicensed;
}
