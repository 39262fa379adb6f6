export { followLicense } from './follow-license.js';
export type {
  ConnectionChange,
  Delivery,
  Drop,
  FollowLicenseOptions,
  TokenCredentials,
  UserCredentials,
} from './follow-license-options.js';
export { InvalidOptionsError } from './invalid-options-error.js';
export { isLicensedAt } from './is-licensed-at.js';
export type {
  LicenseEvent,
  LicenseStatusEvent,
  LicenseSubject,
  TokenExpiringEvent,
} from './license-event.js';
export type { LicenseFollower } from './license-follower.js';
export type {
  ConnectionError,
  HubServer,
  LicenseReason,
  LicenseStatus,
  LicenseView,
  Organization,
  TokenStatus,
} from './license-view.js';
