import type { JsonWebKey } from 'node:crypto';
import { DeviceError } from './device-error.js';
import type { DeviceStorage } from './device-storage.js';

/** The grant of a device as it is stored. */
export interface DeviceState {
  readonly version: 1;
  /** Whose grant it is: one for another server or client is of no use here. */
  readonly issuer: string;
  readonly clientId: string;
  readonly token: string;
  /** Null: the grant is dead, and the token lasts until its end. */
  readonly refreshToken: string | null;
  /** Null: the Authorization server does not bind tokens. */
  readonly dpopKey: JsonWebKey | null;
  /** ISO 8601, UTC: the life of a token is counted from here. */
  readonly receivedAt: string;
}

/** @throws DeviceError `storage-unusable` */
export async function loadState(storage: DeviceStorage): Promise<DeviceState | null> {
  try {
    const text = await storage.read();
    if (text === null) return null;
    const state: unknown = JSON.parse(text);
    if (isDeviceState(state)) return state;
  } catch (cause) {
    throw unusable('cannot be read', cause);
  }
  throw unusable('is not what was written: remove it, and authorize the device anew', undefined);
}

/** @throws DeviceError `storage-unusable` */
export async function saveState(storage: DeviceStorage, state: DeviceState): Promise<void> {
  try {
    await storage.write(JSON.stringify(state));
  } catch (cause) {
    throw unusable('cannot be written', cause);
  }
}

function isDeviceState(value: unknown): value is DeviceState {
  if (typeof value !== 'object' || value === null) return false;
  const state = value as Partial<Record<keyof DeviceState, unknown>>;
  return (
    state.version === 1 &&
    [state.issuer, state.clientId, state.token, state.receivedAt].every((text) => typeof text === 'string') &&
    [state.refreshToken, state.dpopKey].every((part) => part !== undefined)
  );
}

function unusable(fault: string, cause: unknown): DeviceError {
  const detail = cause instanceof SyntaxError || !(cause instanceof Error) ? '' : `: ${cause.message}`;
  return new DeviceError('storage-unusable', `The state of the device ${fault}${detail}.`, { cause });
}
