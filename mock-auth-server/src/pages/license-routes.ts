import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { License, Organization } from '../domain/model.js';
import type { OrganizationParams } from './find-organization.js';
import { findOrganization, findOwnLicense } from './find-organization.js';
import { makeFreeId } from './free-id.js';
import { describeDraft, validateLicenseDraft, readLicenseDraft } from './license-draft.js';
import type { PageContext } from './page-context.js';
import { goTo, sendFailure, sendPage } from './page-reply.js';
import { readForm } from './read-form.js';
import { contextOf } from './render-context.js';
import { sessionOf } from './session-gate.js';
import type { LicenseDraft } from './views/license-view.js';
import { renderLicense } from './views/license-view.js';

type LicenseRequest = FastifyRequest<{ Params: OrganizationParams & { licenseId: string } }>;

const emptyDraft: LicenseDraft = { name: '', count: '1', expiresOn: '', features: 'xms', isActive: true };

export function addLicenseRoutes(scope: FastifyInstance, pages: PageContext): void {
  const path = '/organizations/:organizationId/licenses';
  scope.get<{ Params: OrganizationParams }>(`${path}/new`, async (request, reply) => {
    const organization = findOrganization(pages, request.params, reply);
    return organization === null ? reply : sendForm(request, reply, organization, null, emptyDraft, null);
  });
  scope.post<{ Params: OrganizationParams }>(path, async (request, reply) => {
    const organization = findOrganization(pages, request.params, reply);
    return organization === null ? reply : saveLicense(pages, request, reply, organization, null);
  });
  addRoutesOfOne(scope, pages, `${path}/:licenseId`);
}

function addRoutesOfOne(scope: FastifyInstance, pages: PageContext, path: string): void {
  const withLicense =
    (
      act: (
        request: LicenseRequest,
        reply: FastifyReply,
        organization: Organization,
        license: License,
      ) => FastifyReply,
    ) =>
    async (request: LicenseRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const organization = findOrganization(pages, request.params, reply);
      if (organization === null) return reply;
      const license = findOwnLicense(pages, organization, request.params.licenseId);
      if (license !== null) return act(request, reply, organization, license);
      return sendFailure(reply, 404, 'noLicense');
    };
  scope.get(
    path,
    withLicense((request, reply, organization, license) =>
      sendForm(request, reply, organization, license.id, describeDraft(license), null),
    ),
  );
  scope.post(
    path,
    withLicense((request, reply, organization, license) =>
      saveLicense(pages, request, reply, organization, license),
    ),
  );
  scope.post(
    `${path}/renew`,
    withLicense((_request, reply, _organization, license) => renew(pages, reply, license)),
  );
  scope.post(
    `${path}/activation`,
    withLicense((request, reply, _organization, license) => {
      const isActive = readForm(request.body).get('isActive') === 'on';
      return change(pages, reply, { ...license, isActive }, isActive ? 'activated' : 'deactivated');
    }),
  );
}

/** Renews a license for a year from its end, or from today if it has expired. */
function renew(pages: PageContext, reply: FastifyReply, license: License): FastifyReply {
  const now = pages.mock.now();
  const from = license.expiresOn !== null && license.expiresOn > now ? license.expiresOn : now;
  const expiresOn = new Date(`${from.toISOString().slice(0, 10)}T23:59:59Z`);
  expiresOn.setUTCFullYear(expiresOn.getUTCFullYear() + 1);
  return change(pages, reply, { ...license, expiresOn }, 'renewed');
}

function change(pages: PageContext, reply: FastifyReply, license: License, what: string): FastifyReply {
  pages.mock.customers.saveLicense(license);
  pages.mock.log(`license ${license.id} ${what}`);
  return goTo(reply, `/organizations/${license.organizationId}`);
}

function saveLicense(
  pages: PageContext,
  request: FastifyRequest,
  reply: FastifyReply,
  organization: Organization,
  license: License | null,
): FastifyReply {
  const draft = readLicenseDraft(readForm(request.body));
  const checked = validateLicenseDraft(draft, contextOf(request).texts);
  if (!checked.ok) return sendForm(request, reply, organization, license?.id ?? null, draft, checked.fault);
  const isTaken = (id: string): boolean => pages.mock.customers.findLicense(id) !== null;
  const id = license?.id ?? makeFreeId('lic', draft.name, isTaken);
  const saved = { id, organizationId: organization.id, ...checked.terms };
  return change(pages, reply, saved, license === null ? 'created' : 'changed');
}

function sendForm(
  request: FastifyRequest,
  reply: FastifyReply,
  organization: Organization,
  licenseId: string | null,
  draft: LicenseDraft,
  fault: string | null,
): FastifyReply {
  const { csrfToken } = sessionOf(request);
  const page = renderLicense({
    csrfToken,
    organization,
    licenseId,
    draft,
    fault,
    context: contextOf(request),
  });
  return sendPage(reply, page, fault === null ? 200 : 400);
}
