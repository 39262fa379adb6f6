import type { LicensePolicy } from './license.js';
import { type LicenseChange, emitStatus, unchanged } from './license-event.js';
import { type LicenseState, withoutLicense } from './license-state.js';

/** Removes the license on request. Changes nothing if there is none. */
export function dropLicense(state: LicenseState, policy: LicensePolicy, now: Date): LicenseChange {
  if (state.license === null) return unchanged(state);
  return emitStatus(unchanged(withoutLicense(state)), 'removed', policy, now);
}
