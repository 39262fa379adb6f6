import type { DeviceError } from './device-error.js';
import type { DeviceLicense } from './device-license.js';
import type { DeviceStorage } from './device-storage.js';

export interface DeviceOptions {
  /** The issuer: `https`, unless the host is this machine. */
  readonly authServerUrl: string | URL;
  readonly clientId: 'pos-register' | 'pos-server';
  /** Where the key and the tokens are kept; a text is the path of a file. */
  readonly storage: string | DeviceStorage;
  /** For proxies and the like; absent: Node's own. */
  readonly fetch?: typeof fetch;
  /** Plain http to another host, as in a network of containers that nobody else is in. */
  readonly allowInsecureAuthServer?: boolean;
  /** What became of a license token; what it throws becomes a warning of the process. */
  readonly onChange?: (change: DeviceChange) => void;
}

export type DeviceChange =
  /** There is a new token, and it is stored. */
  | { readonly kind: 'acquired'; readonly license: DeviceLicense }
  | { readonly kind: 'refreshed'; readonly license: DeviceLicense }
  /** It is tried again at `retryAt`; the present token lasts until its end. */
  | { readonly kind: 'refresh-failed'; readonly error: DeviceError; readonly retryAt: Date }
  /** No refresh will succeed any more: only `authorize()` helps. The present token lasts until its end. */
  | { readonly kind: 'authorization-lost'; readonly error: DeviceError };

/** What a person needs in order to authorize the device at the Authorization server. */
export interface UserCode {
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresAt: Date;
}
