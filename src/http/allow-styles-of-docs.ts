import { createHash } from 'node:crypto';
import type { FastifyInstance, onSendHookHandler } from 'fastify';

const docsPath = /^\/docs\/?$/;
const inlineStyles = /<style[^>]*>([^]*?)<\/style>|\sstyle="([^"]*)"/g;

/** The colours of the logo, which the script of the page puts in. */
const logoHash = "'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='";

/**
 * The page of the OpenAPI document comes with styles in its HTML. Its policy names each of them by its hash, so that they
 * count and nothing else does; no other page has such an exception. To be called before the page gets its route.
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
    `default-src 'self'; style-src 'self' 'unsafe-hashes' ${[...new Set(hashes), logoHash].join(' ')}; img-src 'self' data:; ` +
    "base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
  );
}
