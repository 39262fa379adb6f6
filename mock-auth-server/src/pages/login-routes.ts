import { resolve } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { loginPasswordPath } from '../login-password.js';
import type { PageContext } from './page-context.js';
import { goTo, sendPage } from './page-reply.js';
import { readForm } from './read-form.js';
import { contextOf } from './render-context.js';
import { sessionCookieName } from './session-gate.js';
import type { LoginView } from './views/login-view.js';
import { renderHelp } from './views/help-view.js';
import { renderLogin } from './views/login-view.js';

export function addLoginRoutes(scope: FastifyInstance, pages: PageContext): void {
  scope.get('/', async (_request, reply) => goTo(reply, '/organizations'));
  scope.get<{ Querystring: { next?: unknown } }>('/login', async (request, reply) =>
    sendForm(pages, reply, { next: safeNext(request.query.next), email: '', fault: null }, 200),
  );
  scope.post('/login', async (request, reply) => logIn(pages, request, reply));
  scope.get('/help', async (request, reply) => sendPage(reply, renderHelp(contextOf(request))));
}

async function logIn(
  pages: PageContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const form = readForm(request.body);
  const { login: words } = contextOf(request).texts;
  const email = form.get('email') ?? '';
  const next = safeNext(form.get('next'));
  const now = pages.mock.now();
  const waitSeconds = pages.loginAttempts.waitSeconds(request.ip, now);
  if (waitSeconds > 0) {
    reply.header('retry-after', waitSeconds);
    return sendForm(pages, reply, { next, email, fault: words.slowed(waitSeconds) }, 429);
  }
  // Counted before the slow check, so that concurrent attempts do not bypass the limit.
  pages.loginAttempts.recordWrong(request.ip, now);
  if (!(await pages.login.isRight(email, form.get('password') ?? ''))) {
    pages.mock.log('login refused: incorrect e-mail address or password');
    return sendForm(pages, reply, { next, email, fault: words.wrong }, 401);
  }
  pages.loginAttempts.forget(request.ip);
  pages.mock.log('a person logged in');
  reply.setCookie(sessionCookieName(pages), pages.sessions.start(now), cookieOptions(pages));
  return goTo(reply, next);
}

function sendForm(
  pages: PageContext,
  reply: FastifyReply,
  entry: Pick<LoginView, 'next' | 'email' | 'fault'>,
  status: number,
): FastifyReply {
  const { loginEmail, loginPassword, dataDir } = pages.mock.settings;
  const passwordPath = loginPassword === null ? resolve(loginPasswordPath(dataDir)) : null;
  return sendPage(
    reply,
    renderLogin({ ...entry, loginEmail, passwordPath, context: contextOf(reply.request) }),
    status,
  );
}

/** Lax instead of Strict, because a logged-in person may arrive by a link on the license page. */
function cookieOptions(pages: PageContext): {
  path: string;
  httpOnly: boolean;
  sameSite: 'lax';
  secure: boolean;
} {
  const secure = pages.mock.urls.publicUrl.startsWith('https:');
  return { path: '/', httpOnly: true, sameSite: 'lax', secure };
}

/** Accepts only pages of this server, so that a link to the login cannot redirect to another site. */
function safeNext(next: unknown): string {
  return typeof next === 'string' && /^\/organizations[\w/-]{0,300}(\?user_code=[\w-]{1,40})?$/.test(next)
    ? next
    : '/organizations';
}

/** Adds the logout. It belongs inside the session gate, because a logout needs the form of its own session. */
export function addLogoutRoute(scope: FastifyInstance, pages: PageContext): void {
  scope.post('/logout', async (request, reply) => {
    const id = request.cookies[sessionCookieName(pages)];
    if (id !== undefined) pages.sessions.end(id);
    reply.clearCookie(sessionCookieName(pages), { path: '/' });
    return goTo(reply, '/login');
  });
}
