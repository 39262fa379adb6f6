import { InvalidOptionsError } from '../invalid-options-error.js';
import { loadProfile } from '../load-profile.js';
import { Device } from './device.js';
import type { DeviceOptions } from './device-options.js';

/**
 * Creates a device that acquires a license token with a user code (RFC 8628), refreshes it, and presents it with DPoP
 * proofs (RFC 9449). A grant in the storage is loaded; this needs no internet.
 * @throws InvalidOptionsError if an option is invalid
 * @throws DeviceError `storage-unusable` if the storage cannot be read
 */
export async function createDevice(options: DeviceOptions): Promise<Device> {
  const { authServerUrl, allowInsecureAuthServer = false } = options;
  if (!URL.canParse(String(authServerUrl))) {
    throw new InvalidOptionsError('authServerUrl: expected the URL of the Authorization server.');
  }
  const issuer = new URL(authServerUrl);
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(issuer.hostname);
  const isInsecure = issuer.protocol === 'http:';
  if (
    (!isInsecure && issuer.protocol !== 'https:') ||
    (isInsecure && !isLoopback && !allowInsecureAuthServer)
  ) {
    throw new InvalidOptionsError(
      'authServerUrl: expected https. Use http only for this machine, or set allowInsecureAuthServer.',
    );
  }
  const device = new Device(options, issuer, isInsecure, loadProfile(options.profile));
  await device.load();
  return device;
}
