import type { Device } from '../domain/model.js';
import type { MockContext } from '../mock-context.js';

export interface DeviceChange {
  name?: string;
  url?: string | null;
  hubId?: string | null;
  licenseId?: string;
}

export type DeviceFaultCode = 'url' | 'license' | 'hub' | 'hub-cycle';
export type DeviceFault = { code: DeviceFaultCode; field: keyof DeviceChange; reason: string };

/** Returns the first fault of a device; `null` if there is none. The hub must be another server, without a cycle. */
export function findDeviceFault(context: MockContext, device: Device): DeviceFault | null {
  if (device.url !== null && !isHttpUrl(device.url)) {
    return {
      code: 'url',
      field: 'url',
      reason: 'url must be an http or https URL, such as https://store.example',
    };
  }
  const license = context.customers.findLicense(device.licenseId);
  if (license?.organizationId !== device.organizationId) {
    return {
      code: 'license',
      field: 'licenseId',
      reason: 'licenseId must be a license of the same organization',
    };
  }
  return findHubFault(context, device);
}

function findHubFault(context: MockContext, device: Device): DeviceFault | null {
  if (device.hubId === null) return null;
  const hub = context.customers.findDevice(device.hubId);
  if (hub?.organizationId !== device.organizationId || hub.kind !== 'server') {
    return { code: 'hub', field: 'hubId', reason: 'hubId must be a server of the same organization' };
  }
  for (let above: Device | null = hub; above !== null; above = findHub(context, above)) {
    if (above.id === device.id)
      return { code: 'hub-cycle', field: 'hubId', reason: 'hubId must not lead back to the device itself' };
  }
  return null;
}

function findHub(context: MockContext, device: Device): Device | null {
  return device.hubId === null ? null : context.customers.findDevice(device.hubId);
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
