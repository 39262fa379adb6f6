import { ValidationPipe } from '@nestjs/common';
import { getMetadataStorage, validate } from 'class-validator';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AdminGuard } from './admin/admin-guard.js';
import { Settings } from './config/settings.js';
import { answerUnreadableRequest, followAnswers } from './http/answer-unreadable-request.js';
import { answerUnreadableUrl } from './http/answer-unreadable-url.js';
import { checkHost } from './http/public-urls.js';
import { endConnectionsAtClose } from './http/end-connections.js';
import { limitBodyDepth } from './http/limit-body-depth.js';
import { setSecurityHeaders } from './http/security-headers.js';
import { LicenseQuery } from './licensing/license-query.js';
import { addLicenseRoute } from './licensing/license-route.js';
import { PageComposer } from './manage-license/page-composer.js';
import { PageErrorFilter } from './manage-license/page-error-filter.js';
import { HttpMetrics } from './metrics/http-metrics.js';
import { PeerGuard } from './peers/peer-guard.js';
import { addVerifyRoute } from './peers/verify-route.js';

/** Otherwise Nest loads the whole package, of which the build has joined only the used parts. */
const validatorPackage = { validate, getMetadataStorage };
const maxBodyBytes = 16 * 1024;

/** Creates the HTTP server with its limits. */
export function createAdapter({ trustedProxies }: Settings): FastifyAdapter {
  return new FastifyAdapter({
    trustProxy: trustedProxies.length > 0 && trustedProxies,
    bodyLimit: maxBodyBytes,
    routerOptions: { maxParamLength: 256 },
    requestTimeout: 30_000,
    // At shutdown, closes idle keep-alive connections immediately.
    forceCloseConnections: 'idle',
    http: { maxHeaderSize: 16 * 1024 },
    frameworkErrors: answerUnreadableUrl,
    clientErrorHandler: answerUnreadableRequest,
  });
}

/** Sets up everything that applies to all routes, for the process and the tests. */
export async function setupApp(app: NestFastifyApplication): Promise<void> {
  const { metricsAccess, hasDocs, publicUrls } = app.get(Settings);
  const filter = new PageErrorFilter(app.get(PageComposer));
  app.useGlobalFilters(filter);
  app.useGlobalPipes(
    new ValidationPipe({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      validatorPackage,
    }),
  );
  const fastify = app.getHttpAdapter().getInstance();
  // The guards set and declare these.
  fastify.decorateRequest('admin', null);
  fastify.decorateRequest('peer', null);
  endConnectionsAtClose(fastify);
  followAnswers(fastify);
  setSecurityHeaders(fastify);
  checkHost(fastify, publicUrls);
  limitBodyDepth(fastify);
  if (metricsAccess !== 'off') app.get(HttpMetrics).follow(fastify);
  // Routes without a controller, whose errors Nest does not handle.
  await fastify.register(async (routes) => {
    routes.setErrorHandler((error, request, reply) => filter.answer(error, request, reply));
    const peer = app.get(PeerGuard);
    addLicenseRoute(routes, { admin: app.get(AdminGuard), peer, query: app.get(LicenseQuery) });
    addVerifyRoute(routes, peer);
    if (hasDocs) {
      const { setupDocs } = await import('./http/setup-docs.js');
      await setupDocs(app, routes, publicUrls[0]);
    }
  });
}
