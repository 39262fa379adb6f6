import type { FastifyRequest } from 'fastify';

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
