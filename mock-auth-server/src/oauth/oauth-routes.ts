import formBody from '@fastify/formbody';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Faults } from '../controls/faults.js';
import type { MockContext } from '../mock-context.js';
import { answerTokenRequest } from './answer-token-request.js';
import { authorizeDeviceRequest } from './device-authorization.js';
import { endpointPaths } from './endpoint-paths.js';
import { addFaultHooks } from './fault-hooks.js';
import { readFormParameters } from './form-parameters.js';
import { introspectToken } from './introspect-token.js';
import { describeServer } from './metadata.js';
import type { OAuthOutcome, OAuthRefusal } from './oauth-refusal.js';
import { revokeToken } from './revoke-token.js';
import { signStatusList } from './status-list.js';

/** Adds the OAuth endpoints. They need their own scope, because their errors are RFC 6749 JSON and their bodies forms. */
export async function addOAuthRoutes(
  scope: FastifyInstance,
  context: MockContext,
  faults: Faults,
): Promise<void> {
  scope.removeAllContentTypeParsers();
  await scope.register(formBody);
  addFaultHooks(scope, faults, context.now);
  scope.addHook('onSend', async (_request, reply, payload) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    return payload;
  });
  scope.setErrorHandler<FastifyError>((error, _request, reply) => sendError(context, error, reply));
  addPublicDocuments(scope, context);
  scope.post(endpointPaths.deviceAuthorization, async (request, reply) => {
    const read = readFormParameters(request.body);
    return sendOutcome(reply, read.ok ? authorizeDeviceRequest(context, read.parameters) : read);
  });
  scope.post(endpointPaths.token, async (request, reply) => answerToken(context, request, reply));
  addTokenCare(scope, context);
}

function addTokenCare(scope: FastifyInstance, context: MockContext): void {
  scope.post(endpointPaths.revocation, async (request, reply) => {
    const read = readFormParameters(request.body);
    return sendOutcome(
      reply,
      read.ok ? await revokeToken(context, read.parameters, wireNowOf(context, request)) : read,
    );
  });
  scope.post(endpointPaths.introspection, async (request, reply) => {
    const read = readFormParameters(request.body);
    const outcome = read.ok
      ? await introspectToken(context, read.parameters, wireNowOf(context, request))
      : read;
    return sendOutcome(reply, outcome);
  });
}

/** Returns the time of this server plus the clock skew of this request. */
function wireNowOf(context: MockContext, request: FastifyRequest): Date {
  return new Date(context.now().getTime() + request.clockSkewMs);
}

function addPublicDocuments(scope: FastifyInstance, context: MockContext): void {
  const { discovery } = context.settings;
  addMetadata(scope, context, endpointPaths.oauthMetadata, discovery !== 'openid');
  addMetadata(scope, context, endpointPaths.openidMetadata, discovery !== 'oauth');
  scope.get(endpointPaths.jwks, async () => ({ keys: context.keys.listPublic() }));
  addStatusList(scope, context);
}

/** Adds a metadata document, or its absence: faults affect that path as well. */
function addMetadata(scope: FastifyInstance, context: MockContext, path: string, exists: boolean): void {
  scope.get(path, async (_request, reply) => (exists ? describeServer(context) : reply.callNotFound()));
}

function addStatusList(scope: FastifyInstance, context: MockContext): void {
  scope.get(endpointPaths.statusLists, async (_request, reply) =>
    context.settings.hasStatusList
      ? { status_lists: [context.urls.issuer + endpointPaths.statusList] }
      : reply.callNotFound(),
  );
  scope.get(endpointPaths.statusList, async (request, reply) => {
    if (!context.settings.hasStatusList) return reply.callNotFound();
    reply.type('application/statuslist+jwt').header('cache-control', 'no-cache');
    return signStatusList(context, wireNowOf(context, request));
  });
}

async function answerToken(
  context: MockContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const wireNow = wireNowOf(context, request);
  if (context.settings.dpop === 'nonce') reply.header('dpop-nonce', context.dpopNonces.current(wireNow));
  const read = readFormParameters(request.body);
  if (!read.ok) return sendOutcome(reply, read);
  const { dpop } = request.headers;
  const dpopHeader = Array.isArray(dpop) ? dpop.join(', ') : dpop;
  const outcome = await answerTokenRequest(context, { parameters: read.parameters, dpopHeader, wireNow });
  if (outcome.ok) context.log(outcome.event);
  else if (isWorthALine(outcome.refusal)) {
    context.log(`token refused: ${outcome.refusal.error} (${outcome.refusal.description})`);
  }
  return sendOutcome(reply, outcome);
}

/** Skips two frequent refusals: the polls of a waiting device, and the nonce challenge of a first request. */
function isWorthALine(refusal: OAuthRefusal): boolean {
  return refusal.error !== 'authorization_pending' && refusal.error !== 'use_dpop_nonce';
}

function sendOutcome(reply: FastifyReply, outcome: OAuthOutcome<{ answer: unknown }>): FastifyReply {
  return outcome.ok ? reply.send(outcome.answer) : sendRefusal(reply, outcome.refusal);
}

function sendRefusal(reply: FastifyReply, refusal: OAuthRefusal): FastifyReply {
  return reply.code(refusal.status ?? 400).send({
    error: refusal.error,
    error_description: refusal.description,
    ...(refusal.licenseRefusal === undefined ? {} : { license_refusal: refusal.licenseRefusal }),
  });
}

function sendError(context: MockContext, error: FastifyError, reply: FastifyReply): FastifyReply {
  const status = error.statusCode ?? 500;
  if (status < 500) {
    const description = `the request could not be read (${error.code}): send a form, application/x-www-form-urlencoded`;
    return sendRefusal(reply, { status, error: 'invalid_request', description });
  }
  context.log(`internal error: ${error.stack ?? error.message}`);
  return sendRefusal(reply, {
    status: 500,
    error: 'server_error',
    description: 'internal error: see the log of this server',
  });
}
