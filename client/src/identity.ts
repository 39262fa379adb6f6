import type { LicensedDevice } from './device/licensed-device.js';
import { ReadyDevice } from './device/ready-device.js';
import type { Credentials, UserCredentials } from './follow-license-options.js';
import { InvalidOptionsError } from './invalid-options-error.js';

/** Who connects: a user of the broker, or a device with its license token. */
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
  } catch {
    throw new InvalidOptionsError('dpopKey: expected the private EC key on P-256, as a JWK.');
  }
}

/** The name of an identity at the broker. @throws DeviceError, InvalidOptionsError */
export function idOf(identity: Identity): string {
  if (identity.kind === 'user') return identity.credentials.user;
  const { id } = identity.device;
  checkId('deviceId', id);
  return id;
}

/** The id becomes a part of a subject, where a dot or a wildcard would mean something else. */
function checkId(field: string, id: string): void {
  if (/^[\w-]{1,64}$/.test(id)) return;
  throw new InvalidOptionsError(
    `${field}: expected 1 to 64 of the characters A-Z a-z 0-9 _ -, as the broker knows it.`,
  );
}
