import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemException } from '../http/problem.js';
import { readCredentials } from '../http/read-credentials.js';
import { authenticateSession } from './authenticate-session.js';
import { LoginThrottle } from './login-throttle.js';
import { type Session, Sessions } from './sessions.js';

const adminToken = /^[!-~]{1,256}$/;
const challenge = { 'www-authenticate': 'Bearer realm="pos-licensing"' };

/**
 * Admits requests with the admin token, `Authorization: Bearer <ADMIN_TOKEN>` (RFC 6750), or with the session cookie of
 * the page.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    private readonly throttle: LoginThrottle,
    private readonly sessions: Sessions,
  ) {}

  canActivate(context: ExecutionContext): true | Promise<never> {
    return this.admit(context.switchToHttp().getRequest<FastifyRequest>());
  }

  /**
   * Waits only for the delay of an incorrect token.
   * @throws ProblemException 401 or 429
   */
  admit(request: FastifyRequest): true | Promise<never> {
    const credentials = readCredentials(request);
    if (credentials === null) {
      request.admin = { session: this.requireSession(request) };
      return true;
    }
    const { scheme, token } = credentials;
    if (scheme !== 'bearer' || !adminToken.test(token)) throw missing();
    if (!this.throttle.accepts(request.ip, token)) return this.refuse(request.ip);
    request.admin = { session: null };
    return true;
  }

  private async refuse(address: string): Promise<never> {
    const { kind } = await this.throttle.slowDown(address);
    if (kind === 'wrong') {
      throw new ProblemException(401, 'unauthorized', 'Incorrect admin token.', challenge);
    }
    throw new ProblemException(
      429,
      'too-many-attempts',
      'Incorrect admin token, and too many incorrect attempts are in progress. Try again in a few seconds.',
      { 'retry-after': '2' },
    );
  }

  private requireSession(request: FastifyRequest): Session {
    const session = authenticateSession(request, this.sessions, {
      csrfToken: request.headers['x-csrf-token'],
      isActivity: false,
    });
    if (session === null) throw missing();
    return session;
  }
}

function missing(): ProblemException {
  return new ProblemException(
    401,
    'unauthorized',
    'Send "Authorization: Bearer <admin token>". The token is the setting ADMIN_TOKEN, or in the file initial-admin-token in DATA_DIR.',
    challenge,
  );
}
