import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { approveUserCode } from '../authorization/approve-user-code.js';
import type { DeviceChange } from '../authorization/change-device.js';
import { findDeviceFault } from '../authorization/change-device.js';
import { denyUserCode } from '../authorization/deny-user-code.js';
import type { ApprovalRefusal } from '../authorization/check-approval.js';
import { approvalRefusalStatus } from '../authorization/check-approval.js';
import { revokeDevice } from '../authorization/revoke-device.js';
import { parseExpiresOn } from '../domain/instant.js';
import type { MockContext } from '../mock-context.js';
import { controlSchemas } from './control-schemas.js';
import { describeDevice, describeLicense, describeState } from './describe-state.js';
import type { Faults } from './faults.js';
import { guardControls } from './guard-controls.js';
import { issueControlToken } from './issue-control-token.js';
import { sendProblem } from './problem.js';
import { type FaultRequest, readFault } from './read-fault.js';

/** Adds the controls, which tests and demos use in place of a person, a calendar and a bad network. */
export function addControlRoutes(scope: FastifyInstance, context: MockContext, faults: Faults): void {
  scope.setErrorHandler<FastifyError>((error, request, reply) => sendError(context, error, request, reply));
  guardControls(scope, context);
  shareValidators(scope);
  scope.get('/mock/state', async () => describeState(context));
  addApprovals(scope, context);
  addChanges(scope, context);
  addTokens(scope, context);
  addFaults(scope, context, faults);
}

let validatorCompiler: FastifyInstance['validatorCompiler'];

/** Compiles the schemas once for all servers of a process, because that takes longer than the rest of a start. */
function shareValidators(scope: FastifyInstance): void {
  if (validatorCompiler) scope.setValidatorCompiler(validatorCompiler);
  scope.addHook('onReady', async () => {
    validatorCompiler ??= scope.validatorCompiler;
  });
}

/** An answer may be larger than other bodies, so that tests can send a client more than it accepts. */
const faultBodyLimitBytes = 2_097_152;

function addFaults(scope: FastifyInstance, context: MockContext, faults: Faults): void {
  scope.put<{ Body: FaultRequest }>(
    '/mock/faults',
    { schema: { body: controlSchemas.faults }, bodyLimit: faultBodyLimitBytes },
    async (request, reply) => {
      const read = readFault(request.body);
      if (!read.ok) return sendProblem(reply, 400, 'invalid-field', read.reason, read.field);
      const { mode, count } = read.fault;
      faults.set(read.fault);
      context.log(`fault set: ${mode}${count === null ? '' : `, ${count} times`}`);
      return { mode, count };
    },
  );
}

function addApprovals(scope: FastifyInstance, context: MockContext): void {
  scope.post<{ Body: { userCode: string; deviceId: string } }>(
    '/mock/approve',
    { schema: { body: controlSchemas.approve } },
    async (request, reply) => {
      const outcome = approveUserCode(context, request.body.userCode, request.body.deviceId);
      return outcome.ok
        ? { state: 'approved', deviceId: outcome.device.id }
        : sendRefusal(reply, outcome.refusal);
    },
  );
  scope.post<{ Body: { userCode: string } }>(
    '/mock/deny',
    { schema: { body: controlSchemas.deny } },
    async (request, reply) => {
      const outcome = denyUserCode(context, request.body.userCode);
      return outcome.ok ? { state: 'denied' } : sendRefusal(reply, outcome.refusal);
    },
  );
}

function sendRefusal(reply: FastifyReply, refusal: ApprovalRefusal): FastifyReply {
  return sendProblem(reply, approvalRefusalStatus[refusal.code], refusal.code, refusal.reason);
}

interface LicensePatch {
  expiresOn?: string | null;
  features?: string[];
  isActive?: boolean;
  count?: number;
}

function addChanges(scope: FastifyInstance, context: MockContext): void {
  scope.patch<{ Params: { id: string }; Body: LicensePatch }>(
    '/mock/licenses/:id',
    { schema: { body: controlSchemas.license } },
    async (request, reply) => changeLicense(context, request.params.id, request.body, reply),
  );
  scope.patch<{ Params: { id: string }; Body: DeviceChange }>(
    '/mock/devices/:id',
    { schema: { body: controlSchemas.device } },
    async (request, reply) => changeDevice(context, request.params.id, request.body, reply),
  );
  scope.delete<{ Params: { id: string } }>('/mock/devices/:id/authorization', async (request, reply) => {
    if (context.customers.findDevice(request.params.id) === null) return sendUnknown(reply, 'device');
    revokeDevice(context, request.params.id);
    return reply.code(204).send();
  });
}

function changeLicense(context: MockContext, id: string, patch: LicensePatch, reply: FastifyReply): unknown {
  const license = context.customers.findLicense(id);
  if (license === null) return sendUnknown(reply, 'license');
  const { expiresOn, ...rest } = patch;
  const parsed = typeof expiresOn === 'string' ? parseExpiresOn(expiresOn) : null;
  if (typeof expiresOn === 'string' && parsed === null) {
    const expected =
      'expiresOn must be an ISO instant such as 2027-06-30T12:00:00Z, a date such as 2027-06-30, or null';
    return sendProblem(reply, 400, 'invalid-field', expected, 'expiresOn');
  }
  const changed = { ...license, ...rest, ...(expiresOn === undefined ? {} : { expiresOn: parsed }) };
  context.customers.saveLicense(changed);
  context.log(`license ${id} changed: ${Object.keys(patch).join(', ')}`);
  return describeLicense(context, changed);
}

function changeDevice(context: MockContext, id: string, patch: DeviceChange, reply: FastifyReply): unknown {
  const device = context.customers.findDevice(id);
  if (device === null) return sendUnknown(reply, 'device');
  const changed = { ...device, ...patch };
  const fault = findDeviceFault(context, changed);
  if (fault !== null) return sendProblem(reply, 400, 'invalid-field', fault.reason, fault.field);
  context.customers.saveDevice(changed);
  context.log(`device ${id} changed: ${Object.keys(patch).join(', ')}`);
  return describeDevice(context, changed);
}

function addTokens(scope: FastifyInstance, context: MockContext): void {
  scope.post<{ Body: { deviceId: string; ttlSeconds?: number; dpopJwk?: Record<string, unknown> } }>(
    '/mock/tokens',
    { schema: { body: controlSchemas.token } },
    async (request, reply) => {
      const outcome = await issueControlToken(context, request.body);
      if (outcome.ok) return outcome.answer;
      return outcome.field === 'deviceId'
        ? sendUnknown(reply, 'device')
        : sendProblem(
            reply,
            400,
            'invalid-field',
            'dpopJwk must be a public JWK (EC, OKP or RSA)',
            outcome.field,
          );
    },
  );
  scope.post('/mock/keys/rotate', async () => {
    const kid = context.keys.rotate();
    context.log(`signing key rotated, the new key is ${kid}`);
    return { kid };
  });
}

function sendUnknown(reply: FastifyReply, what: 'device' | 'license'): FastifyReply {
  return sendProblem(reply, 404, `${what}-unknown`, `there is no such ${what}: GET /mock/state lists them`);
}

function sendError(
  context: MockContext,
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const [fault] = error.validation ?? [];
  if (fault !== undefined) return sendFieldFault(reply, fault);
  const status = error.statusCode ?? 500;
  if (status < 500) {
    const { bodyLimit } = request.routeOptions;
    const detail = `the body must be JSON of at most ${bodyLimit} bytes`;
    return sendProblem(reply, status, 'invalid-request', detail);
  }
  context.log(`internal error: ${error.stack ?? error.message}`);
  return sendProblem(reply, 500, 'internal-fault', 'internal error: see the log of this server');
}

type FieldFault = NonNullable<FastifyError['validation']>[number];

function sendFieldFault(reply: FastifyReply, fault: FieldFault): FastifyReply {
  const { additionalProperty, missingProperty } = fault.params;
  const named = additionalProperty ?? missingProperty ?? fault.instancePath.split('/')[1];
  const field = typeof named === 'string' && named !== '' ? named.slice(0, 60) : 'body';
  if (additionalProperty !== undefined) {
    return sendProblem(reply, 400, 'unknown-field', `${field} is not a known field`, field);
  }
  return sendProblem(reply, 400, 'invalid-field', `${field} ${describeFault(fault)}`, field);
}

function describeFault({ message = 'is not valid', params }: FieldFault): string {
  const allowed = params['allowedValues'];
  return Array.isArray(allowed) ? `must be one of ${allowed.join(', ')}` : message;
}
