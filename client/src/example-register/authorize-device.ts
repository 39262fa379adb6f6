import { setTimeout as delay } from 'node:timers/promises';
import { createDevice, type Device, type DeviceChange, type UserCode } from '../index.js';
import { MockControls } from './mock-controls.js';
import type { DeviceSettings } from './read-settings.js';

const RETRY_MS = 5_000;

/** Makes the device of the example register; what becomes of its token is told line by line. */
export async function makeDevice(settings: DeviceSettings, tell: (line: string) => void): Promise<Device> {
  const { demo: _demo, ...options } = settings;
  return createDevice({
    ...options,
    clientId: 'pos-register',
    onChange: (change) => tell(describeChange(change)),
  });
}

/** Tries until the device is authorized: a code that nobody entered is followed by a new one. */
export async function authorizeDevice(
  device: Device,
  { demo }: DeviceSettings,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await device.authorize(async (code) => {
        tell(
          `user code ${code.userCode}: enter it at ${code.verificationUri} before ${code.expiresAt.toISOString()}`,
        );
        if (demo !== null) await approve(code, demo);
      });
      return;
    } catch (error) {
      if (signal.aborted) return;
      tell(`not authorized: ${error instanceof Error ? error.message : String(error)}`);
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Does at a mock what a person does at the Authorization server. */
async function approve(
  { userCode }: UserCode,
  demo: { readonly controlsUrl: string; readonly deviceId: string },
): Promise<void> {
  await new MockControls(demo.controlsUrl).approve(userCode, demo.deviceId);
}

function describeChange(change: DeviceChange): string {
  switch (change.kind) {
    case 'acquired':
    case 'refreshed': {
      const { deviceId, deviceName, hub, tokenExpiresAt } = change.license;
      const server = hub === null ? 'no server' : `${hub.name} (${hub.id})`;
      return `token ${change.kind} for ${deviceName} (${deviceId}) at ${server}, until ${tokenExpiresAt.toISOString()}`;
    }
    case 'refresh-failed':
      return `token not refreshed (${change.error.code}): trying again at ${change.retryAt.toISOString()}`;
    case 'authorization-lost':
      return 'the authorization was removed at the Authorization server';
  }
}
