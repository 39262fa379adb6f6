import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { noteAdmin } from '../admin/admin-request.js';
import { isSameOrigin } from '../admin/is-same-origin.js';
import { readSessionCookie } from '../admin/session-cookie.js';
import { isCsrfTokenOf, Sessions } from '../admin/sessions.js';
import { ProblemException } from '../http/problem.js';
import { isBackground } from './is-background.js';

/** Nobody is logged in: a person is sent to the login. */
export class LoginRequiredException extends ProblemException {
  constructor() {
    super(401, 'login-required', 'Log in at /login first.');
  }
}

/** Lets in who is logged in; a form also has to be one of the session's own. */
@Injectable()
export class PageGuard implements CanActivate {
  constructor(private readonly sessions: Sessions) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const id = readSessionCookie(request);
    // What a page fetches by itself is no sign of a person.
    const session = id && (isBackground(request) ? this.sessions.find(id) : this.sessions.use(id));
    if (!session) throw new LoginRequiredException();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const { csrfToken } = (request.body ?? {}) as { csrfToken?: unknown };
      if (!isSameOrigin(request) || !isCsrfTokenOf(session, csrfToken)) {
        throw new ProblemException(403, 'cross-site-request', 'The form is not one of this session.');
      }
    }
    noteAdmin(request, { session });
    return true;
  }
}
