import type { FastifyInstance, FastifyReply } from 'fastify';

/** The headers of every answer. */
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
const entries = Object.entries(securityHeaders);

/** Sets the security headers of every answer, including errors and unknown routes. */
export function setSecurityHeaders(fastify: FastifyInstance): void {
  // A callback is cheaper than a promise, and this runs for every request.
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    addSecurityHeaders(reply);
    done(null, payload);
  });
}

/** Adds the security headers to one answer, except those that its route has set. */
export function addSecurityHeaders(reply: FastifyReply): void {
  for (const [name, value] of entries) {
    if (!reply.hasHeader(name)) reply.header(name, value);
  }
  // Not cacheable by default.
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
}
