import type { LicensePolicy } from './license.js';
import { type LicenseChange, emitStatus, unchanged } from './license-event.js';
import { type LicenseState, withoutLicense } from './license-state.js';

/** Removes the license on request. Without a license it only ends the attempts to get it back. */
export function dropLicense(state: LicenseState, policy: LicensePolicy, now: Date): LicenseChange {
  return endLicense(state, 'removed', policy, now);
}

/** Takes the license away, because the Authorization server says that its token is revoked. */
export function revokeLicense(state: LicenseState, policy: LicensePolicy, now: Date): LicenseChange {
  return endLicense(state, 'revoked', policy, now);
}

function endLicense(
  state: LicenseState,
  reason: 'removed' | 'revoked',
  policy: LicensePolicy,
  now: Date,
): LicenseChange {
  const ended = unchanged(withoutLicense(state));
  return state.license === null ? ended : emitStatus(ended, reason, policy, now);
}
