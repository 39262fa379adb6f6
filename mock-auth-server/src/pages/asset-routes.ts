import type { FastifyInstance } from 'fastify';
import Negotiator from 'negotiator';
import { pageAssets } from './page-assets.js';

/** Serves the files that the pages load. They are public, and no other file can be requested. */
export function addAssetRoutes(scope: FastifyInstance): void {
  for (const { name, contentType, body, gzipped } of pageAssets) {
    scope.get(`/assets/${name}`, async (request, reply) => {
      reply.headers({
        'content-type': contentType,
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'accept-encoding',
      });
      const acceptsGzip = new Negotiator(request).encoding(['gzip']) !== undefined;
      return acceptsGzip ? reply.header('content-encoding', 'gzip').send(gzipped) : reply.send(body);
    });
  }
}
