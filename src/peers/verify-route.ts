import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ProblemException } from '../http/problem.js';
import { encodeFeatures } from './encode-features.js';
import type { PeerGuard, ProvenRequest } from './peer-guard.js';
import type { Peer } from './tokens/peer.js';

/**
 * Adds `GET /auth/verify`, which a reverse proxy asks before each of its own requests. It has no controller, because the
 * promises around one take a tenth of the time of an answer.
 */
export function addVerifyRoute(fastify: FastifyInstance, guard: PeerGuard): void {
  fastify.get('/auth/verify', (request, reply) => {
    const admitted = guard.admit(request, reply, originalOf(request));
    if (admitted instanceof Promise) return admitted.then((peer) => accept(reply, peer));
    return accept(reply, admitted);
  });
}

/** Returns the request that the proxy authorizes. */
function originalOf({ headers }: FastifyRequest): ProvenRequest {
  const method = headers['x-original-method'];
  const url = headers['x-original-url'];
  if (typeof method === 'string' && typeof url === 'string') return { method, urls: [url] };
  // A bearer token does not depend on it.
  if (headers['dpop'] === undefined) return { method: '', urls: [] };
  throw new ProblemException(
    401,
    'proof-invalid',
    'The proxy must send X-Original-Method and X-Original-URL (the full URL) of the request to authorize.',
  );
}

function accept(reply: FastifyReply, { deviceId, kind, features }: Peer): void {
  void reply
    .status(204)
    .header('x-device-id', deviceId)
    .header('x-device-kind', kind)
    .header('x-features', encodeFeatures(features))
    .send();
}
