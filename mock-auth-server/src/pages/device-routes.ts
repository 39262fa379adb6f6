import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { findDeviceFault } from '../authorization/change-device.js';
import { revokeDevice } from '../authorization/revoke-device.js';
import type { Device, Organization } from '../domain/model.js';
import { isName } from '../domain/name.js';
import type { OrganizationParams } from './find-organization.js';
import { findOrganization, findOwnDevice } from './find-organization.js';
import { makeFreeId } from './free-id.js';
import type { PageContext } from './page-context.js';
import { goTo, sendFailure, sendPage } from './page-reply.js';
import { readForm } from './read-form.js';
import { contextOf } from './render-context.js';
import { sessionOf } from './session-gate.js';
import type { Texts } from './texts.js';
import type { DeviceDraft } from './views/device-view.js';
import { renderDevice } from './views/device-view.js';
import { renderRevoke } from './views/revoke-view.js';

type DeviceRequest = FastifyRequest<{ Params: OrganizationParams & { deviceId: string } }>;

const emptyDraft: DeviceDraft = { name: '', kind: 'server', licenseId: '', hubId: '', url: '' };

export function addDeviceRoutes(scope: FastifyInstance, pages: PageContext): void {
  const path = '/organizations/:organizationId/devices';
  scope.get<{ Params: OrganizationParams }>(`${path}/new`, async (request, reply) => {
    const organization = findOrganization(pages, request.params, reply);
    return organization === null
      ? reply
      : sendForm(pages, request, reply, organization, null, emptyDraft, null);
  });
  scope.post<{ Params: OrganizationParams }>(path, async (request, reply) => {
    const organization = findOrganization(pages, request.params, reply);
    return organization === null ? reply : saveDevice(pages, request, reply, organization, null);
  });
  addRoutesOfOne(scope, pages, `${path}/:deviceId`);
}

function addRoutesOfOne(scope: FastifyInstance, pages: PageContext, path: string): void {
  const withDevice =
    (
      act: (
        request: DeviceRequest,
        reply: FastifyReply,
        organization: Organization,
        device: Device,
      ) => FastifyReply,
    ) =>
    async (request: DeviceRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const organization = findOrganization(pages, request.params, reply);
      if (organization === null) return reply;
      const device = findOwnDevice(pages, organization, request.params.deviceId);
      if (device !== null) return act(request, reply, organization, device);
      return sendFailure(reply, 404, 'noDevice');
    };
  scope.get(
    path,
    withDevice((request, reply, organization, device) => {
      const draft = { ...device, hubId: device.hubId ?? '', url: device.url ?? '' };
      return sendForm(pages, request, reply, organization, device, draft, null);
    }),
  );
  scope.post(
    path,
    withDevice((request, reply, organization, device) =>
      saveDevice(pages, request, reply, organization, device),
    ),
  );
  scope.get(
    `${path}/revoke`,
    withDevice((request, reply, organization, device) =>
      sendPage(
        reply,
        renderRevoke({
          csrfToken: sessionOf(request).csrfToken,
          organization,
          device,
          context: contextOf(request),
        }),
      ),
    ),
  );
  scope.post(
    `${path}/revoke`,
    withDevice((_request, reply, organization, device) => {
      revokeDevice(pages.mock, device.id);
      return goTo(reply, `/organizations/${organization.id}`);
    }),
  );
}

function saveDevice(
  pages: PageContext,
  request: FastifyRequest,
  reply: FastifyReply,
  organization: Organization,
  existing: Device | null,
): FastifyReply {
  const { customers } = pages.mock;
  const draft = readDraft(readForm(request.body), existing);
  const device: Device = {
    id: existing?.id ?? makeIdFor(pages, draft),
    organizationId: organization.id,
    name: draft.name,
    kind: draft.kind,
    licenseId: draft.licenseId,
    hubId: draft.hubId === '' ? null : draft.hubId,
    url: draft.url === '' ? null : draft.url,
  };
  const fault = describeFault(pages, device, contextOf(request).texts);
  if (fault !== null) return sendForm(pages, request, reply, organization, existing, draft, fault);
  customers.saveDevice(device);
  pages.mock.log(`device ${device.id} ${existing === null ? 'created' : 'changed'}`);
  return goTo(reply, `/organizations/${organization.id}`);
}

function describeFault(pages: PageContext, device: Device, { badName, devices }: Texts): string | null {
  if (!isName(device.name)) return badName;
  const fault = findDeviceFault(pages.mock, device);
  return fault === null ? null : devices.faults[fault.code];
}

function readDraft(form: ReadonlyMap<string, string>, existing: Device | null): DeviceDraft {
  return {
    name: form.get('name') ?? '',
    kind: existing?.kind ?? (form.get('kind') === 'register' ? 'register' : 'server'),
    licenseId: form.get('licenseId') ?? '',
    hubId: form.get('hubId') ?? '',
    url: form.get('url') ?? '',
  };
}

function makeIdFor(pages: PageContext, draft: DeviceDraft): string {
  const prefix = draft.kind === 'server' ? 'srv' : 'reg';
  return makeFreeId(prefix, draft.name, (id) => pages.mock.customers.findDevice(id) !== null);
}

function sendForm(
  pages: PageContext,
  request: FastifyRequest,
  reply: FastifyReply,
  organization: Organization,
  device: Device | null,
  draft: DeviceDraft,
  fault: string | null,
): FastifyReply {
  const { customers } = pages.mock;
  const page = renderDevice({
    csrfToken: sessionOf(request).csrfToken,
    organization,
    deviceId: device?.id ?? null,
    draft,
    licenses: customers.listLicenses(organization.id),
    hubs: customers
      .listDevices(organization.id)
      .filter(({ id, kind }) => kind === 'server' && id !== device?.id),
    fault,
    context: contextOf(request),
  });
  return sendPage(reply, page, fault === null ? 200 : 400);
}
