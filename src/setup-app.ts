import { ValidationPipe } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Settings } from './config/settings.js';
import { allowStylesOfDocs } from './http/allow-styles-of-docs.js';
import { answerUnreadableRequest } from './http/answer-unreadable-request.js';
import { answerUnreadableUrl } from './http/answer-unreadable-url.js';
import { endConnectionsAtClose } from './http/end-connections.js';
import { limitBodyDepth } from './http/limit-body-depth.js';
import { setSecurityHeaders } from './http/security-headers.js';
import { PageErrorFilter } from './manage-license/page-error-filter.js';
import { HttpMetrics } from './metrics/http-metrics.js';

const maxBodyBytes = 16 * 1024;

/** The HTTP server below the application, with its limits. */
export function createAdapter({ trustedProxies }: Settings): FastifyAdapter {
  return new FastifyAdapter({
    // Of anybody else, such headers are only a claim. Fastify takes an empty list for trust in nobody.
    trustProxy: trustedProxies,
    bodyLimit: maxBodyBytes,
    routerOptions: { maxParamLength: 256 },
    requestTimeout: 30_000,
    // At shutdown, connections that are kept alive but idle end at once.
    forceCloseConnections: 'idle',
    http: { maxHeaderSize: 16 * 1024 },
    frameworkErrors: answerUnreadableUrl,
    clientErrorHandler: answerUnreadableRequest,
  });
}

/** Sets up what holds for every route: used by the process and by the tests alike, so that they cannot differ. */
export async function setupApp(app: NestFastifyApplication): Promise<void> {
  app.useGlobalFilters(new PageErrorFilter());
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
  const fastify = app.getHttpAdapter().getInstance();
  // Guards set these; the declarations are beside the guards.
  fastify.decorateRequest('admin', null);
  fastify.decorateRequest('peer', null);
  endConnectionsAtClose(fastify);
  setSecurityHeaders(fastify);
  limitBodyDepth(fastify);
  const { metricsAccess, hasDocs } = app.get(Settings);
  if (metricsAccess !== 'off') app.get(HttpMetrics).follow(fastify);
  if (hasDocs) {
    const { setupDocs } = await import('./http/setup-docs.js');
    allowStylesOfDocs(fastify);
    setupDocs(app);
  }
}
