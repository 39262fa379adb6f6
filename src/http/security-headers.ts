import type { FastifyInstance, FastifyReply } from 'fastify';

/** The headers of every answer. Their names are in lower case. */
export const securityHeaders = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;
/** Not cacheable by default. */
const defaults = Object.entries({ ...securityHeaders, 'cache-control': 'no-store' });

/** Sets the security headers of every answer, including errors and unknown routes. A route may replace them. */
export function setSecurityHeaders(fastify: FastifyInstance): void {
  // Before the route, so that no header must be looked up. A callback is cheaper than a promise.
  fastify.addHook('onRequest', (_request, reply, done) => {
    addSecurityHeaders(reply);
    done();
  });
}

/** Sets the security headers of one answer. */
export function addSecurityHeaders(reply: FastifyReply): void {
  for (const [name, value] of defaults) reply.header(name, value);
}
