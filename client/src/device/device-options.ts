import type { ProfileOption } from '../load-profile.js';
import type { DeviceError } from './device-error.js';
import type { DeviceLicense } from './device-license.js';
import type { DeviceStorage } from './device-storage.js';

/** Options of `createDevice`. */
export interface DeviceOptions {
  /** The issuer. It must be `https`, unless the host is this machine or `allowInsecureAuthServer` is set. */
  readonly authServerUrl: string | URL;
  /** The kind of this device. It is also the id of the public OAuth client, unless the profile has another one. */
  readonly clientId: 'pos-register' | 'pos-server';
  /** Describes the Authorization server, as `AUTH_SERVER_PROFILE` does for the service. Default: `default`. */
  readonly profile?: ProfileOption;
  /** The storage of the key and the tokens, or the path of a file for {@link fileStorage}. */
  readonly storage: string | DeviceStorage;
  /** Replaces Node's `fetch`, for example to use a proxy. */
  readonly fetch?: typeof fetch;
  /** Allows plain http to another host, for example in a private network of containers. Default: false. */
  readonly allowInsecureAuthServer?: boolean;
  /** Called after each change of the license token. An error that it throws becomes a process warning. */
  readonly onChange?: (change: DeviceChange) => void;
}

/** A change of a device's license token. */
export type DeviceChange =
  /** The device has a new token, and it is stored. */
  | { readonly kind: 'acquired'; readonly license: DeviceLicense }
  | { readonly kind: 'refreshed'; readonly license: DeviceLicense }
  /** The refresh failed and is retried at `retryAt`. The current token stays valid until its end. */
  | { readonly kind: 'refresh-failed'; readonly error: DeviceError; readonly retryAt: Date }
  /** The grant is dead: call `authorize()`. The current token stays valid until its end. */
  | { readonly kind: 'authorization-lost'; readonly error: DeviceError };

/** The user code and the page to enter it on (RFC 8628 section 3.2). */
export interface UserCode {
  readonly userCode: string;
  readonly verificationUri: string;
  /** The end of the user code. */
  readonly expiresAt: Date;
}
