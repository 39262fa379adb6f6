import type { LicenseView } from './license-view.js';

/**
 * Tells whether a license holds at `now`, also long after the view of it was made: the status says so, the renewal date
 * has not come, and the token has not ended. A server or internet that is away changes nothing before that.
 */
export function isLicensedAt(license: LicenseView | null, now: Date): boolean {
  if (license === null) return false;
  if (license.status !== 'licensed' && license.status !== 'requires-renewal') return false;
  if (license.renewalDate !== null && now.getTime() >= Date.parse(license.renewalDate)) return false;
  const { expiresAt } = license.token;
  return expiresAt !== null && now.getTime() <= Date.parse(expiresAt);
}
