import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { MockContext } from '../mock-context.js';
import { isFromForeignOrigin } from '../own-origin.js';
import { sendProblem } from './problem.js';

/**
 * Refuses calls from web pages: the controls need no login, and a browser on this machine can reach them. The host check
 * stops DNS rebinding, which gives a foreign page the origin of this server.
 */
export function guardControls(scope: FastifyInstance, context: MockContext): void {
  scope.addHook('onRequest', async (request, reply) => {
    if (!isControlHost(request.headers.host, context.settings.mockControlHosts)) {
      const detail =
        'the controls answer only at loopback addresses and the hosts in MOCK_CONTROL_HOSTS: use one of them as Host';
      return sendProblem(reply, 421, 'host-refused', detail);
    }
    if (changesSomething(request) && hasBody(request) && !isJson(request)) return sendUnsupportedType(reply);
    if (isFromForeignSite(request) || isFromForeignOrigin(context, request)) {
      const detail = 'the controls refuse requests from pages of other sites';
      return sendProblem(reply, 403, 'cross-site-request', detail);
    }
    return undefined;
  });
}

function isControlHost(host: string | undefined, allowed: readonly string[]): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return isLoopback(hostname) || allowed.includes(hostname);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

function changesSomething({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** A page of another site can send this type only after a preflight, which this server does not answer. */
function isJson({ headers }: FastifyRequest): boolean {
  return /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');
}

function isFromForeignSite({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

function sendUnsupportedType(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 415, 'unsupported-media-type', 'the body must be of the type application/json');
}
