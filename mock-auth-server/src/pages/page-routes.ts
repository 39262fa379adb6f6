import cookie from '@fastify/cookie';
import formBody from '@fastify/formbody';
import type { FastifyError, FastifyInstance } from 'fastify';
import { isFromForeignOrigin } from '../own-origin.js';
import { addAuthorizeDeviceRoutes } from './authorize-device-routes.js';
import { addDeviceRoutes } from './device-routes.js';
import { addLicenseRoutes } from './license-routes.js';
import { addLoginRoutes, addLogoutRoute } from './login-routes.js';
import { readLook, writeLook } from './look.js';
import { addOrganizationRoutes } from './organization-routes.js';
import type { PageContext } from './page-context.js';
import { createRenderContext } from './render-context.js';
import { goTo, sendFailure } from './page-reply.js';
import { readForm } from './read-form.js';
import { addSessionGate } from './session-gate.js';

/** Adds the pages for people: login, organizations, licenses, devices, Authorize Device. */
export async function addPageRoutes(scope: FastifyInstance, pages: PageContext): Promise<void> {
  scope.removeAllContentTypeParsers();
  await scope.register(formBody);
  await scope.register(cookie);
  chooseLanguages(scope, pages);
  refuseForeignOrigins(scope, pages);
  scope.setErrorHandler<FastifyError>((error, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return sendFailure(reply, status, 'unreadable');
    pages.mock.log(`internal error: ${error.stack ?? error.message}`);
    return sendFailure(reply, 500, 'internal');
  });
  scope.setNotFoundHandler((request, reply) => {
    if (request.headers.accept?.includes('text/html')) {
      return sendFailure(reply, 404, 'noPage');
    }
    return reply.code(404).send({ statusCode: 404, error: 'Not Found', message: 'there is no such route' });
  });
  addLoginRoutes(scope, pages);
  scope.post('/look', async (request, reply) => {
    const form = readForm(request.body);
    writeLook(form, reply, pages.mock.urls.publicUrl.startsWith('https:'));
    return goTo(reply, toLocalPath(form.get('returnTo') ?? ''));
  });
  await scope.register(async (inside) => {
    addSessionGate(inside, pages);
    addLogoutRoute(inside, pages);
    addOrganizationRoutes(inside, pages);
    addLicenseRoutes(inside, pages);
    addDeviceRoutes(inside, pages);
    addAuthorizeDeviceRoutes(inside, pages);
  });
}

/** Returns a path of this server, or its first page. Browsers read `//` and `/\\` as the beginning of another host. */
function toLocalPath(path: string): string {
  return /^\/(?![/\\])[!-~]{0,2000}$/.test(path) ? path : '/';
}

function chooseLanguages(scope: FastifyInstance, { mock }: PageContext): void {
  scope.decorateRequest('renderContext', null);
  scope.addHook('onRequest', async (request) => {
    const { theme, language } = readLook(request);
    const { pageLanguage } = mock.settings;
    const isFixed = pageLanguage !== 'auto';
    const chosen = isFixed ? pageLanguage : (language ?? pageLanguage);
    request.renderContext = createRenderContext(request.headers['accept-language'], chosen, {
      theme,
      hasLanguages: !isFixed,
      returnTo: request.method === 'GET' ? toLocalPath(request.url) : '/',
    });
  });
}

/** Refuses forms of other origins: SameSite does not separate ports, and the login has no CSRF token. */
function refuseForeignOrigins(scope: FastifyInstance, pages: PageContext): void {
  scope.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'POST' || !isFromForeignOrigin(pages.mock, request)) return undefined;
    return sendFailure(reply, 403, 'otherSite');
  });
}
