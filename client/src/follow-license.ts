import type { FollowLicenseOptions } from './follow-license-options.js';
import { LicenseFollower } from './license-follower.js';

/**
 * Starts to follow the license of a POS server over its NATS broker, and never gives up: the broker may be away now,
 * later, or for days. Callbacks come in order; `current()` and `isLicensed()` answer at once at any time.
 * @throws InvalidOptionsError if the options cannot work
 */
export function followLicense(options: FollowLicenseOptions): LicenseFollower {
  return new LicenseFollower(options);
}
