import type { FastifyRequest } from 'fastify';
import { ProblemException } from '../http/problem.js';

/**
 * Returns whether a page of this service sent the request. `SameSite` cookies do not show that: another port of the same
 * machine is the same site. A request without these headers passes, and the CSRF token alone decides.
 */
export function isSameOrigin(request: FastifyRequest): boolean {
  // Only browsers set this header, and it is correct even behind a proxy that changes the Host header.
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin } = request.headers;
  return (
    origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.host.toLowerCase())
  );
}

/** For forms that need no login, and so have no CSRF token. @throws ProblemException */
export function requireSameOrigin(request: FastifyRequest): void {
  if (isSameOrigin(request)) return;
  throw new ProblemException(403, 'cross-site-request', 'The form must come from a page of this service.');
}
