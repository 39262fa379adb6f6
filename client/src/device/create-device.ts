import { InvalidOptionsError } from '../invalid-options-error.js';
import { Device } from './device.js';
import type { DeviceOptions } from './device-options.js';

/**
 * Makes a device that acquires a license token by a user code (RFC 8628), keeps it fresh, and shows it with proofs of
 * its key (RFC 9449). What was acquired before is read from the storage; no internet is needed for that.
 * @throws InvalidOptionsError if the options cannot work
 * @throws DeviceError `storage-unusable`
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
      'authServerUrl: expected https; http only for this machine, or with allowInsecureAuthServer.',
    );
  }
  const device = new Device(options, issuer, isInsecure);
  await device.load();
  return device;
}
