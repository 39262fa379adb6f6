import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { approveUserCode } from '../authorization/approve-user-code.js';
import { denyUserCode } from '../authorization/deny-user-code.js';
import type { ApprovalRefusalCode } from '../authorization/check-approval.js';
import { approvalRefusalStatus, checkApproval } from '../authorization/check-approval.js';
import { describeDevice } from '../controls/describe-state.js';
import { formatInstant } from '../domain/instant.js';
import type { Device, Organization } from '../domain/model.js';
import { formatUserCode, normalizeUserCode } from '../domain/user-code.js';
import type { Html } from './html.js';
import type { OrganizationParams } from './find-organization.js';
import { findOrganization, findOwnDevice } from './find-organization.js';
import type { PageContext } from './page-context.js';
import { sendFailure, sendPage } from './page-reply.js';
import { readForm, readLinkedUserCode } from './read-form.js';
import { contextOf } from './render-context.js';
import { sessionOf } from './session-gate.js';
import { renderAuthorizationResult } from './views/authorization-result-view.js';
import { renderAuthorizeDevice } from './views/authorize-device-view.js';
import { renderConfirmAuthorization } from './views/confirm-authorization-view.js';

/** One submission of the form: a user code for a device, with its request. */
interface Entry {
  request: FastifyRequest;
  reply: FastifyReply;
  organization: Organization;
  deviceId: string;
  userCode: string;
}

type Act = (pages: PageContext, entry: Entry, device: Device) => FastifyReply;

export function addAuthorizeDeviceRoutes(scope: FastifyInstance, pages: PageContext): void {
  const path = '/organizations/:organizationId/authorize-device';
  scope.get<{ Params: OrganizationParams }>(path, async (request, reply) => {
    const organization = findOrganization(pages, request.params, reply);
    if (organization === null) return reply;
    const userCode = readLinkedUserCode(request.query);
    return sendForm(pages, { request, reply, organization, deviceId: '', userCode }, null, 200);
  });
  scope.post<{ Params: OrganizationParams }>(path, async (request, reply) =>
    takeEntry(pages, request, reply, askToConfirm),
  );
  scope.post<{ Params: OrganizationParams }>(`${path}/confirm`, async (request, reply) => {
    const submitDecision = decisions.get(readForm(request.body).get('decision') ?? '');
    if (submitDecision) return takeEntry(pages, request, reply, submitDecision);
    return sendFailure(reply, 400, 'noDecision');
  });
}

/** Handles a submission of either step. Both limit incorrect user codes, so that neither can be used to guess. */
function takeEntry(
  pages: PageContext,
  request: FastifyRequest<{ Params: OrganizationParams }>,
  reply: FastifyReply,
  act: Act,
): FastifyReply {
  const organization = findOrganization(pages, request.params, reply);
  if (organization === null) return reply;
  const form = readForm(request.body);
  const { authorize: words } = contextOf(request).texts;
  const deviceId = form.get('deviceId') ?? '';
  const entry = {
    request,
    reply,
    organization,
    deviceId,
    userCode: (form.get('userCode') ?? '').slice(0, 40),
  };
  const waitSeconds = findWaitSeconds(pages, request);
  if (waitSeconds > 0) {
    reply.header('retry-after', waitSeconds);
    const minutes = Math.ceil(waitSeconds / 60);
    return sendForm(pages, entry, words.slowed(minutes), 429);
  }
  const device = findOwnDevice(pages, organization, deviceId);
  if (device === null) return sendRefusal(pages, entry, 'device-unknown', null);
  return act(pages, entry, device);
}

function findWaitSeconds(pages: PageContext, request: FastifyRequest): number {
  const now = pages.mock.now();
  return Math.max(
    pages.userCodeAttempts.waitSeconds(sessionOf(request).key, now),
    pages.allUserCodeAttempts.waitSeconds('all', now),
  );
}

function askToConfirm(pages: PageContext, entry: Entry, device: Device): FastifyReply {
  const { mock } = pages;
  const checked = checkApproval(mock, entry.userCode, device.id);
  if (!checked.ok) return sendRefusal(pages, entry, checked.refusal.code, device);
  const license = mock.customers.findLicense(device.licenseId);
  if (license === null) throw new Error(`the device ${device.id} has no license`);
  const page = renderConfirmAuthorization({
    csrfToken: sessionOf(entry.request).csrfToken,
    organization: entry.organization,
    device,
    license,
    userCode: formatUserCode(normalizeUserCode(entry.userCode) ?? ''),
    renewalDate: license.expiresOn === null ? null : formatInstant(license.expiresOn),
    hubName: device.hubId === null ? null : (mock.customers.findDevice(device.hubId)?.name ?? null),
    deviceName: checked.code.deviceName,
    isAuthorizedAlready: mock.grants.findLive(device.id) !== null,
    context: contextOf(entry.request),
  });
  return sendPage(entry.reply, page);
}

const decisions = new Map<string, Act>([
  ['confirm', confirm],
  ['deny', deny],
]);

function confirm(pages: PageContext, entry: Entry, device: Device): FastifyReply {
  const outcome = approveUserCode(pages.mock, entry.userCode, device.id);
  return outcome.ok
    ? sendResult(entry, device, 'confirm')
    : sendRefusal(pages, entry, outcome.refusal.code, device);
}

function deny(pages: PageContext, entry: Entry, device: Device): FastifyReply {
  const outcome = denyUserCode(pages.mock, entry.userCode);
  return outcome.ok
    ? sendResult(entry, device, 'deny')
    : sendRefusal(pages, entry, outcome.refusal.code, device);
}

function sendResult(entry: Entry, device: Device, decision: 'confirm' | 'deny'): FastifyReply {
  const { csrfToken } = sessionOf(entry.request);
  const { organization } = entry;
  return sendPage(
    entry.reply,
    renderAuthorizationResult({
      csrfToken,
      organization,
      device,
      decision,
      context: contextOf(entry.request),
    }),
  );
}

function sendRefusal(
  pages: PageContext,
  entry: Entry,
  code: ApprovalRefusalCode,
  device: Device | null,
): FastifyReply {
  if (code === 'user-code-unknown') {
    const now = pages.mock.now();
    pages.userCodeAttempts.recordWrong(sessionOf(entry.request).key, now);
    pages.allUserCodeAttempts.recordWrong('all', now);
    pages.mock.log('unknown user code entered');
  }
  const { authorize } = contextOf(entry.request).texts;
  const licenseId = device?.licenseId ?? '';
  const fault = authorize.refusals[code]({
    deviceId: entry.deviceId,
    kind: device?.kind ?? 'server',
    licenseId,
    count: pages.mock.customers.findLicense(licenseId)?.count ?? 0,
  });
  return sendForm(pages, entry, fault, approvalRefusalStatus[code]);
}

function sendForm(
  pages: PageContext,
  entry: Entry,
  fault: Html | string | null,
  status: number,
): FastifyReply {
  const { organization, deviceId, userCode } = entry;
  const devices = pages.mock.customers.listDevices(organization.id);
  const page = renderAuthorizeDevice({
    csrfToken: sessionOf(entry.request).csrfToken,
    organization,
    devices: devices.map((device) => describeDevice(pages.mock, device)),
    draft: { deviceId, userCode },
    fault,
    context: contextOf(entry.request),
  });
  return sendPage(entry.reply, page, status);
}
