import { createHash } from 'node:crypto';
import type { FastifyInstance, onSendHookHandler } from 'fastify';

const docsPath = /^\/docs\/?$/;
const inlineStyles = /<style[^>]*>([^]*?)<\/style>|\sstyle="([^"]*)"/g;

/**
 * Allows the inline styles of the OpenAPI page by their hashes. Every other page keeps the policy without exceptions.
 * Call it before the page gets its route.
 */
export function allowStylesOfDocs(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    if (docsPath.test(route.url)) route.onSend = allowStyles;
  });
}

const allowStyles: onSendHookHandler = (_request, reply, payload, done) => {
  if (typeof payload === 'string') reply.header('content-security-policy', policyFor(payload));
  done(null, payload);
};

function policyFor(page: string): string {
  const hashes = [...page.matchAll(inlineStyles)].map(([, block, attribute]) => {
    const hash = createHash('sha256')
      .update(block ?? attribute ?? '')
      .digest('base64');
    return `'sha256-${hash}'`;
  });
  return (
    `default-src 'self'; style-src 'self' 'unsafe-hashes' ${[...new Set(hashes)].join(' ')}; img-src 'self' data:; ` +
    "base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
  );
}
