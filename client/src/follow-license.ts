import type { FollowLicenseOptions } from './follow-license-options.js';
import { LicenseFollower } from './license-follower.js';

/**
 * Follows the license of a POS server over its NATS broker, until `close()`. The broker may be unavailable at the start,
 * later, or for days. Callbacks run in order. `current()`, `standing()` and `isLicensed()` need no connection.
 * @throws InvalidOptionsError if an option is invalid
 */
export function followLicense(options: FollowLicenseOptions): LicenseFollower {
  return new LicenseFollower(options);
}
