import type { License, TokenLife } from './license.js';

export const licenseStatuses = ['unlicensed', 'licensed', 'requires-renewal', 'expired'] as const;
export type LicenseStatus = (typeof licenseStatuses)[number];

export const tokenStatuses = ['none', 'valid', 'expiring', 'expired'] as const;
export type TokenStatus = (typeof tokenStatuses)[number];

/** The labels of the Manage License page. */
export const licenseStatusTexts: Record<LicenseStatus, string> = {
  unlicensed: 'Not Licensed',
  licensed: 'Licensed',
  'requires-renewal': 'Requires Renewal',
  expired: 'Expired – Requires Renewal',
};

/** Returns the license status at `now`. The start of the renewal window and the renewal date are inclusive. */
export function licenseStatusAt(license: License | null, renewalWindowMs: number, now: Date): LicenseStatus {
  if (license === null) return 'unlicensed';
  const { renewalDate } = license.terms;
  if (renewalDate === null) return 'licensed';
  const remainingMs = renewalDate.getTime() - now.getTime();
  if (remainingMs <= 0) return 'expired';
  return remainingMs <= renewalWindowMs ? 'requires-renewal' : 'licensed';
}

/** Returns the token status at `now`; `warningSeconds` is the largest warning threshold. */
export function tokenStatusAt(token: TokenLife | null, warningSeconds: number, now: Date): TokenStatus {
  if (token === null) return 'none';
  const remainingMs = token.expiresAt.getTime() - now.getTime();
  if (remainingMs < 0) return 'expired';
  return remainingMs <= warningSeconds * 1000 ? 'expiring' : 'valid';
}
