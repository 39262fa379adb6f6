import type { LicensedDevice } from './device/licensed-device.js';
import { ReadyDevice } from './device/ready-device.js';
import type { Credentials, UserCredentials } from './follow-license-options.js';
import { InvalidOptionsError } from './invalid-options-error.js';

/** The identity that connects: a user of the broker, or a device with its license token. */
export type Identity =
  | { readonly kind: 'user'; readonly credentials: UserCredentials }
  | { readonly kind: 'device'; readonly device: LicensedDevice };

/** @throws InvalidOptionsError */
export function readIdentity(credentials: Credentials): Identity {
  if ('user' in credentials) {
    checkId('user', credentials.user);
    return { kind: 'user', credentials };
  }
  if ('device' in credentials) return { kind: 'device', device: credentials.device };
  if (credentials.deviceId !== undefined) checkId('deviceId', credentials.deviceId);
  try {
    return { kind: 'device', device: new ReadyDevice(credentials) };
  } catch (error) {
    if (error instanceof InvalidOptionsError) throw error;
    throw new InvalidOptionsError('dpopKey: expected the private EC key on P-256, as a JWK.');
  }
}

/** Returns the name of an identity at the broker. @throws DeviceError `not-authorized`, InvalidOptionsError */
export function idOf(identity: Identity): string {
  if (identity.kind === 'user') return identity.credentials.user;
  const { id } = identity.device;
  checkId('deviceId', id);
  return id;
}

/** The id becomes part of a subject, where a dot or a wildcard has another meaning. */
function checkId(field: string, id: string): void {
  if (/^[\w-]{1,64}$/.test(id)) return;
  throw new InvalidOptionsError(`${field}: expected 1 to 64 of the characters A-Z a-z 0-9 _ -.`);
}
