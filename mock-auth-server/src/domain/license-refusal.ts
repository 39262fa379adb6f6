import type { License } from './model.js';

export type LicenseRefusal = 'expired' | 'inactive' | 'used-up';

/**
 * Returns why a license does not cover a device now; `null` if it does.
 * @param seatsBefore the number of other devices whose seat of this license is older than the device's own
 */
export function findLicenseRefusal(license: License, seatsBefore: number, now: Date): LicenseRefusal | null {
  if (!license.isActive) return 'inactive';
  if (license.expiresOn !== null && now >= license.expiresOn) return 'expired';
  if (seatsBefore >= license.count) return 'used-up';
  return null;
}

/** Returns the text of a refusal for the page, the log and `error_description`. */
export function describeLicenseRefusal(refusal: LicenseRefusal, license: License): string {
  switch (refusal) {
    case 'inactive':
      return `the license ${license.id} is not active`;
    case 'expired':
      return `the license ${license.id} has expired and must be renewed`;
    case 'used-up':
      return `the license ${license.id} is used up: it covers ${license.count} devices`;
  }
}
