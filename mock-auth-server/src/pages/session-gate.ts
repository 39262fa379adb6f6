import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hashSecret } from '../hash.js';
import type { Session } from '../store/session-store.js';
import type { PageContext } from './page-context.js';
import { goTo, sendFailure } from './page-reply.js';
import { readForm } from './read-form.js';

declare module 'fastify' {
  interface FastifyRequest {
    pageSession: Session | null;
  }
}

/** Returns the cookie name, which contains the port: cookies are shared by ports, and two mocks may run on one host. */
export function sessionCookieName(pages: PageContext): string {
  return `mock_auth_session_${new URL(pages.mock.urls.publicUrl).port || 'default'}`;
}

/** Restricts the routes of this scope to logged-in people and to forms of their own session. */
export function addSessionGate(scope: FastifyInstance, pages: PageContext): void {
  scope.decorateRequest('pageSession', null);
  scope.addHook('preHandler', async (request, reply) => {
    const id = request.cookies[sessionCookieName(pages)];
    const session = id === undefined ? null : pages.sessions.visit(id, pages.mock.now());
    if (session === null) {
      const next = request.method === 'GET' ? `?next=${encodeURIComponent(request.url)}` : '';
      return goTo(reply, `/login${next}`);
    }
    request.pageSession = session;
    return request.method === 'POST' ? refuseForeignForm(request, reply, session) : undefined;
  });
}

function refuseForeignForm(
  request: FastifyRequest,
  reply: FastifyReply,
  session: Session,
): FastifyReply | undefined {
  const csrfToken = readForm(request.body).get('csrfToken') ?? '';
  if (timingSafeEqual(hashSecret(csrfToken), hashSecret(session.csrfToken))) return undefined;
  return sendFailure(reply, 403, 'otherSession');
}

/** Returns the session of a request that passed the gate. */
export function sessionOf(request: FastifyRequest): Session {
  if (request.pageSession === null)
    throw new Error(`${request.url} has no session: its route is outside the session gate`);
  return request.pageSession;
}
