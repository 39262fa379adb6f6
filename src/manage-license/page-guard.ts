import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { authenticateSession } from '../admin/authenticate-session.js';
import { Sessions } from '../admin/sessions.js';
import { ProblemException } from '../http/problem.js';
import { isBackground } from './is-background.js';

/** Nobody is logged in: the page redirects to the login. */
export class LoginRequiredException extends ProblemException {
  constructor() {
    super(401, 'login-required', 'Log in at /login first.');
  }
}

/** Admits requests with the session cookie of the page; a form must also carry the CSRF token of the session. */
@Injectable()
export class PageGuard implements CanActivate {
  constructor(private readonly sessions: Sessions) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { csrfToken } = (request.body ?? {}) as { csrfToken?: unknown };
    // A request that the page sends by itself does not show that a person is there.
    const isActivity = !isBackground(request);
    const session = authenticateSession(request, this.sessions, { csrfToken, isActivity });
    if (session === null) throw new LoginRequiredException();
    request.admin = { session };
    return true;
  }
}
