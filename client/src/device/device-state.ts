import type { JsonWebKey } from 'node:crypto';
import { DeviceError } from './device-error.js';
import type { DeviceStorage } from './device-storage.js';

/** The stored grant of a device. */
export interface DeviceState {
  readonly version: 1;
  /** Issuer and client of the grant. A grant of another issuer or client is ignored. */
  readonly issuer: string;
  readonly clientId: string;
  readonly token: string;
  /** `null` if the Authorization server issued none. Version 0.1.0 removed one that was refused. */
  readonly refreshToken: string | null;
  /** Whether the Authorization server refused the refresh token. The license token stays valid until its end. */
  readonly isGrantDead?: boolean;
  /** `null` if the Authorization server does not bind tokens. */
  readonly dpopKey: JsonWebKey | null;
  /** ISO 8601, UTC. The refresh is scheduled from this time. */
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
  throw unusable('is corrupt: remove it and authorize the device again', undefined);
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
  return new DeviceError('storage-unusable', `The stored state of the device ${fault}${detail}.`, { cause });
}
