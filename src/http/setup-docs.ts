import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { securityHeaders } from './security-headers.js';

/** Written by the build. */
const builtDocument = join(import.meta.dirname, 'openapi.json');

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>POS licensing service: HTTP API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
<script src="docs/swagger-ui-bundle.js" defer></script>
<script src="docs/start.js" defer></script>
</head>
<body><div id="api"></div></body>
</html>
`;
// Without the top bar: it would ask for the address of another document.
const script = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#api', layout: 'BaseLayout' });\n`;

const assetTypes = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};
/** Swagger UI has its icons in its style sheet. */
const pagePolicy = `${securityHeaders['content-security-policy']}; img-src 'self' data:`;

/** Serves the OpenAPI document at `/openapi.json`, and a page that shows it at `/docs`. */
export async function setupDocs(
  app: INestApplication,
  fastify: FastifyInstance,
  publicUrl?: URL,
): Promise<void> {
  const document: object = existsSync(builtDocument)
    ? (JSON.parse(readFileSync(builtDocument, 'utf8')) as object)
    : (await import('./describe-api.js')).describeApi(app);
  const servers = publicUrl === undefined ? {} : { servers: [{ url: publicUrl.href.replace(/\/+$/, '') }] };
  fastify.get('/openapi.json', () => ({ ...document, ...servers }));
  fastify.get('/docs', (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', pagePolicy).send(page),
  );
  fastify.get('/docs/', (_request, reply) => reply.redirect('../docs'));
  fastify.get('/docs/start.js', (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(script),
  );
  const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  for (const [name, type] of Object.entries(assetTypes)) {
    fastify.get(`/docs/${name}`, async (_request, reply) =>
      reply.type(type).send(await readFile(join(assets, name))),
    );
  }
}
