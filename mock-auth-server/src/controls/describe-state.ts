import { formatInstant } from '../domain/instant.js';
import type { Device, License } from '../domain/model.js';
import type { MockContext } from '../mock-context.js';

export interface LicenseState {
  id: string;
  name: string;
  count: number;
  used: number;
  expiresOn: string | null;
  features: string[];
  isActive: boolean;
}

export interface DeviceState {
  id: string;
  name: string;
  kind: Device['kind'];
  licenseId: string;
  hubId: string | null;
  url: string | null;
  authorized: boolean;
}

export interface OrganizationState {
  id: string;
  name: string;
  licenses: LicenseState[];
  devices: DeviceState[];
}

/** Returns the organizations with their licenses and devices. */
export function describeState(context: MockContext): { organizations: OrganizationState[] } {
  context.grants.endUnclaimed(context.now());
  const organizations = context.customers.listOrganizations().map(({ id, name }) => ({
    id,
    name,
    licenses: context.customers.listLicenses(id).map((license) => describeLicense(context, license)),
    devices: context.customers.listDevices(id).map((device) => describeDevice(context, device)),
  }));
  return { organizations };
}

export function describeLicense(context: MockContext, license: License): LicenseState {
  return {
    id: license.id,
    name: license.name,
    count: license.count,
    used: context.grants.countSeats(license.id),
    expiresOn: license.expiresOn === null ? null : formatInstant(license.expiresOn),
    features: license.features,
    isActive: license.isActive,
  };
}

export function describeDevice(context: MockContext, device: Device): DeviceState {
  return {
    id: device.id,
    name: device.name,
    kind: device.kind,
    licenseId: device.licenseId,
    hubId: device.hubId,
    url: device.url,
    authorized: context.grants.findLive(device.id) !== null,
  };
}
