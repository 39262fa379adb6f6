import type { FastifyReply } from 'fastify';
import type { Device, License, Organization } from '../domain/model.js';
import type { PageContext } from './page-context.js';
import { sendFailure } from './page-reply.js';

export interface OrganizationParams {
  organizationId: string;
}

/** Returns the organization of a path; `null` after sending 404 if there is none. */
export function findOrganization(
  pages: PageContext,
  { organizationId }: OrganizationParams,
  reply: FastifyReply,
): Organization | null {
  const organization = pages.mock.customers.findOrganization(organizationId);
  if (organization === null) sendFailure(reply, 404, 'noOrganization');
  return organization;
}

/** Returns a device of this organization; `null` if there is none or it belongs to another. */
export function findOwnDevice(
  pages: PageContext,
  organization: Organization,
  deviceId: string,
): Device | null {
  const device = pages.mock.customers.findDevice(deviceId);
  return device?.organizationId === organization.id ? device : null;
}

/** Returns a license of this organization; `null` if there is none or it belongs to another. */
export function findOwnLicense(
  pages: PageContext,
  organization: Organization,
  licenseId: string,
): License | null {
  const license = pages.mock.customers.findLicense(licenseId);
  return license?.organizationId === organization.id ? license : null;
}
