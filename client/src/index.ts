export { createConnectionOptions } from './create-connection-options.js';
export { createDevice } from './device/create-device.js';
export type { Device } from './device/device.js';
export { DeviceError, type DeviceErrorCode } from './device/device-error.js';
export type { DeviceLicense } from './device/device-license.js';
export type { DeviceChange, DeviceOptions, UserCode } from './device/device-options.js';
export type { DeviceStorage } from './device/device-storage.js';
export { fileStorage } from './device/file-storage.js';
export type { LicensedDevice } from './device/licensed-device.js';
export { LicenseServerError, type LicenseServerErrorCode } from './license-server-error.js';
export type { Standing, StandingFault } from './compute-standing.js';
export type { Verification, VerificationRequest } from './verify-token.js';
export { followLicense } from './follow-license.js';
export type {
  ConnectionChange,
  Credentials,
  Delivery,
  DeviceCredentials,
  Drop,
  FollowLicenseOptions,
  ServerOptions,
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
export type { ProfileOption } from './load-profile.js';
export type {
  ConnectionError,
  HubServer,
  LicenseReason,
  LicenseStatus,
  LicenseView,
  Organization,
  ServerStanding,
  TokenStatus,
} from './license-view.js';
