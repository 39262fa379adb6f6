import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemException } from '../http/problem.js';
import { type Admin, noteAdmin } from './admin-request.js';
import { isSameOrigin } from './is-same-origin.js';
import { LoginThrottle } from './login-throttle.js';
import { readSessionCookie } from './session-cookie.js';
import { isCsrfTokenOf, Sessions } from './sessions.js';

const challenge = { 'www-authenticate': 'Bearer realm="pos-licensing"' };

/**
 * Lets in who has the admin token, `Authorization: Bearer <ADMIN_TOKEN>` (RFC 6750), or the session cookie of the page. A
 * browser sends the cookie for whatever page asks it to, so with it a change also needs the session's CSRF token.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    private readonly throttle: LoginThrottle,
    private readonly sessions: Sessions,
  ) {}

  canActivate(context: ExecutionContext): true | Promise<true> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.headers.authorization !== undefined) return this.byToken(request);
    noteAdmin(request, this.bySession(request));
    return true;
  }

  private byToken(request: FastifyRequest): true | Promise<true> {
    const [, candidate] = /^Bearer ([\x21-\x7e]{1,256})$/i.exec(request.headers.authorization ?? '') ?? [];
    if (candidate === undefined) throw missing();
    // At once, without a promise, for programs that ask often.
    if (!this.throttle.admits(request.ip, candidate)) return this.attempt(request, candidate);
    noteAdmin(request, { session: null });
    return true;
  }

  private async attempt(request: FastifyRequest, candidate: string): Promise<true> {
    const { kind } = await this.throttle.attempt(request.ip, candidate);
    switch (kind) {
      case 'right':
        noteAdmin(request, { session: null });
        return true;
      case 'wrong':
        throw new ProblemException(401, 'unauthorized', 'The admin token is not the right one.', challenge);
      case 'refused':
        throw new ProblemException(
          429,
          'too-many-attempts',
          'Too many wrong admin tokens: try again shortly.',
          {
            'retry-after': '2',
          },
        );
    }
  }

  private bySession(request: FastifyRequest): Admin {
    const id = readSessionCookie(request);
    const session = id === null ? null : this.sessions.find(id);
    if (session === null) throw missing();
    const isChange = request.method !== 'GET' && request.method !== 'HEAD';
    if (isChange && !(isSameOrigin(request) && isCsrfTokenOf(session, request.headers['x-csrf-token']))) {
      throw new ProblemException(
        403,
        'cross-site-request',
        'With the session cookie, a change needs the header X-CSRF-Token of the session, from its own page.',
      );
    }
    return { session };
  }
}

function missing(): ProblemException {
  return new ProblemException(
    401,
    'unauthorized',
    'Send "Authorization: Bearer <admin token>"; the token is in the file initial-admin-token in DATA_DIR.',
    challenge,
  );
}
