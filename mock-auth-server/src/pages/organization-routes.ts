import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { describeDevice, describeLicense } from '../controls/describe-state.js';
import { findLicenseRefusal } from '../domain/license-refusal.js';
import type { Device, License } from '../domain/model.js';
import { isName } from '../domain/name.js';
import type { OrganizationParams } from './find-organization.js';
import { findOrganization } from './find-organization.js';
import type { PageContext } from './page-context.js';
import { goTo, sendPage } from './page-reply.js';
import { readForm, readLinkedUserCode } from './read-form.js';
import { sessionOf } from './session-gate.js';
import type { DeviceRow, LicenseRow } from './views/organization-view.js';
import { renderOrganization } from './views/organization-view.js';
import { renderOrganizations } from './views/organizations-view.js';

export function addOrganizationRoutes(scope: FastifyInstance, pages: PageContext): void {
  scope.get('/organizations', async (request, reply) =>
    sendOrganizations(pages, request, reply, { id: '', name: '' }, null),
  );
  scope.post('/organizations', async (request, reply) => createOrganization(pages, request, reply));
  scope.get<{ Params: OrganizationParams }>('/organizations/:organizationId', async (request, reply) => {
    const organization = findOrganization(pages, request.params, reply);
    if (organization === null) return reply;
    const { customers, grants, now } = pages.mock;
    grants.endUnclaimed(now());
    const view = {
      csrfToken: sessionOf(request).csrfToken,
      organization,
      licenses: customers.listLicenses(organization.id).map((license) => describeLicenseRow(pages, license)),
      devices: customers.listDevices(organization.id).map((device) => describeDeviceRow(pages, device)),
    };
    return sendPage(reply, renderOrganization(view));
  });
}

function createOrganization(pages: PageContext, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const form = readForm(request.body);
  const organization = { id: form.get('id') ?? '', name: form.get('name') ?? '' };
  const fault = findOrganizationFault(pages, organization);
  if (fault !== null) return sendOrganizations(pages, request, reply, organization, fault);
  pages.mock.customers.addOrganization(organization);
  pages.mock.log(`organization ${organization.id} created`);
  return goTo(reply, `/organizations/${organization.id}`);
}

function findOrganizationFault(
  pages: PageContext,
  organization: { id: string; name: string },
): string | null {
  if (!/^[a-z]{2,8}-[a-z0-9]{1,32}$/.test(organization.id)) {
    return 'the ID must be a group prefix, a dash, then lowercase letters and digits, such as fc-example';
  }
  if (!isName(organization.name)) return 'the name must have between 1 and 100 characters';
  return pages.mock.customers.findOrganization(organization.id) === null
    ? null
    : 'this ID is taken: choose another';
}

function sendOrganizations(
  pages: PageContext,
  request: FastifyRequest,
  reply: FastifyReply,
  draft: { id: string; name: string },
  fault: string | null,
): FastifyReply {
  const { csrfToken } = sessionOf(request);
  const organizations = pages.mock.customers.listOrganizations();
  return sendPage(
    reply,
    renderOrganizations({
      csrfToken,
      organizations,
      userCode: readLinkedUserCode(request.query),
      draft,
      fault,
    }),
    fault === null ? 200 : 400,
  );
}

function describeLicenseRow(pages: PageContext, license: License): LicenseRow {
  const state = describeLicense(pages.mock, license);
  const refusal = findLicenseRefusal(license, state.used, pages.mock.now());
  return { ...state, standing: refusal === 'expired' ? 'expired' : '' };
}

function describeDeviceRow(pages: PageContext, device: Device): DeviceRow {
  const { customers, grants } = pages.mock;
  const grant = grants.findLive(device.id);
  return {
    ...describeDevice(pages.mock, device),
    licenseName: customers.findLicense(device.licenseId)?.name ?? '',
    hubName: device.hubId === null ? null : (customers.findDevice(device.hubId)?.name ?? null),
    authorization: describeAuthorization(grant),
  };
}

function describeAuthorization(grant: { authorizedAt: Date; familyKilledAt: Date | null } | null): string {
  if (grant === null) return 'Not authorized';
  if (grant.familyKilledAt !== null) return 'Must be authorized again: a refresh token was replayed';
  return `Authorized since ${grant.authorizedAt.toISOString().slice(0, 10)}`;
}
