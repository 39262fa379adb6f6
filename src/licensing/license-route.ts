import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AdminGuard } from '../admin/admin-guard.js';
import { readCredentials } from '../http/read-credentials.js';
import type { PeerGuard } from '../peers/peer-guard.js';
import { parseCompactJws } from '../peers/tokens/parse-compact-jws.js';
import type { LicenseQuery } from './license-query.js';

/** Adds `GET /api/license`, readable by the admin and by peers. It has no controller for the same reason as `GET /auth/verify`. */
export function addLicenseRoute(
  fastify: FastifyInstance,
  { admin, peer, query }: { admin: AdminGuard; peer: PeerGuard; query: LicenseQuery },
): void {
  fastify.get('/api/license', (request, reply) => {
    reply.header('content-type', 'application/json; charset=utf-8');
    const waiting = isOfPeer(request) ? peer.admit(request, reply) : admin.admit(request);
    return waiting instanceof Promise ? waiting.then(() => query.freshText()) : query.freshText();
  });
}

/** A license token is a JWT or uses the DPoP scheme; an admin token does neither. */
function isOfPeer(request: FastifyRequest): boolean {
  const credentials = readCredentials(request);
  if (credentials === null) return false;
  return credentials.scheme === 'dpop' || parseCompactJws(credentials.token) !== null;
}
