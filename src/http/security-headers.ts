import type { FastifyInstance, FastifyReply } from 'fastify';

/** What every answer carries. */
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

/** Sets the security headers of every answer, errors and unknown routes included. */
export function setSecurityHeaders(fastify: FastifyInstance): void {
  // With a callback and not as a promise: this runs for every request there is.
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    addSecurityHeaders(reply);
    done(null, payload);
  });
}

/** Adds the security headers to one answer. What a route has set stays. */
export function addSecurityHeaders(reply: FastifyReply): void {
  for (const [name, value] of entries) {
    if (!reply.hasHeader(name)) reply.header(name, value);
  }
  // A license is nobody's business but the caller's; a route may allow more.
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
}
