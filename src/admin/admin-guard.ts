import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemException } from '../http/problem.js';
import { AdminToken } from './admin-token.js';

const challenge = { 'www-authenticate': 'Bearer realm="pos-licensing"' };

/** Lets in who has the admin token: `Authorization: Bearer <ADMIN_TOKEN>` (RFC 6750). */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(private readonly adminToken: AdminToken) {}

  canActivate(context: ExecutionContext): boolean {
    const { authorization } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    const [, candidate] = /^Bearer ([\x21-\x7e]{1,256})$/i.exec(authorization ?? '') ?? [];
    if (candidate === undefined) {
      throw new ProblemException(
        401,
        'unauthorized',
        'Send "Authorization: Bearer <admin token>"; the token is in the file initial-admin-token in DATA_DIR.',
        challenge,
      );
    }
    if (!this.adminToken.matches(candidate)) {
      throw new ProblemException(401, 'unauthorized', 'The admin token is not the right one.', challenge);
    }
    return true;
  }
}
