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
import { contextOf } from './render-context.js';
import { sessionOf } from './session-gate.js';
import type { Texts } from './texts.js';
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
      context: contextOf(request),
    };
    return sendPage(reply, renderOrganization(view));
  });
}

function createOrganization(pages: PageContext, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const form = readForm(request.body);
  const organization = { id: form.get('id') ?? '', name: form.get('name') ?? '' };
  const fault = findOrganizationFault(pages, organization, contextOf(request).texts);
  if (fault !== null) return sendOrganizations(pages, request, reply, organization, fault);
  pages.mock.customers.addOrganization(organization);
  pages.mock.log(`organization ${organization.id} created`);
  return goTo(reply, `/organizations/${organization.id}`);
}

function findOrganizationFault(
  pages: PageContext,
  organization: { id: string; name: string },
  { organizations, badName }: Texts,
): string | null {
  if (!/^[a-z]{2,8}-[a-z0-9]{1,32}$/.test(organization.id)) return organizations.badId;
  if (!isName(organization.name)) return badName;
  return pages.mock.customers.findOrganization(organization.id) === null ? null : organizations.takenId;
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
      context: contextOf(request),
    }),
    fault === null ? 200 : 400,
  );
}

function describeLicenseRow(pages: PageContext, license: License): LicenseRow {
  const state = describeLicense(pages.mock, license);
  const refusal = findLicenseRefusal(license, state.used, pages.mock.now());
  return { ...state, isExpired: refusal === 'expired' };
}

function describeDeviceRow(pages: PageContext, device: Device): DeviceRow {
  const { customers, grants } = pages.mock;
  return {
    ...describeDevice(pages.mock, device),
    licenseName: customers.findLicense(device.licenseId)?.name ?? '',
    hubName: device.hubId === null ? null : (customers.findDevice(device.hubId)?.name ?? null),
    grant: grants.findLive(device.id),
  };
}
