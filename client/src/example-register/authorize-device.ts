import { setTimeout as delay } from 'node:timers/promises';
import { createDevice, type Device, type DeviceChange, type UserCode } from '../index.js';
import { MockControls } from './mock-controls.js';
import type { DeviceSettings } from './read-settings.js';

const RETRY_MS = 5_000;

/** Creates the device of the example register, which prints each change of its token. */
export async function makeDevice(settings: DeviceSettings, print: (line: string) => void): Promise<Device> {
  const { demo: _demo, ...options } = settings;
  return createDevice({
    ...options,
    clientId: 'pos-register',
    onChange: (change) => print(describeChange(change)),
  });
}

/** Retries until the device is authorized, with a new user code when one expires. */
export async function authorizeDevice(
  device: Device,
  { demo }: DeviceSettings,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await device.authorize(async (code) => {
        print(
          `user code ${code.userCode}: enter it at ${code.verificationUri} before ${code.expiresAt.toISOString()}`,
        );
        if (demo !== null) await approve(code, demo);
      });
      return;
    } catch (error) {
      if (signal.aborted) return;
      print(`not authorized: ${error instanceof Error ? error.message : String(error)}`);
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Approves a user code through the controls of a mock, in place of a person. */
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
      return `token not refreshed (${change.error.code}): retrying at ${change.retryAt.toISOString()}`;
    case 'authorization-lost':
      return 'the Authorization server no longer accepts the grant: authorize this register again';
  }
}
