import type { FastifyRequest } from 'fastify';

/**
 * Tells whether a browser sent this from a page of this very service. `SameSite` cannot: another port of the same machine
 * is the same site. Where a browser says nothing of it, or no browser sent it, the CSRF token decides alone.
 */
export function isSameOrigin(request: FastifyRequest): boolean {
  // Set by the browser alone, and true behind a proxy that changes the Host header too.
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin } = request.headers;
  return (
    origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.host.toLowerCase())
  );
}
