import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AuditActor } from '../domain/audit-actor.js';
import type { Session } from './sessions.js';

/** The admin that a guard admitted. `session` is `null` if the request carried the admin token itself. */
export interface Admin {
  readonly session: Session | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `AdminGuard` and `PageGuard`; `null` on every route without one of them. */
    admin: Admin | null;
  }
}

/** Injects the sender of a request, as the audit trail shows it. */
export const Actor = createParamDecorator((_data: unknown, context: ExecutionContext): AuditActor => {
  return actorOf(context.switchToHttp().getRequest<FastifyRequest>());
});

/** Returns the sender of a request, as the audit trail shows it. */
export function actorOf({ admin, ip }: FastifyRequest): AuditActor {
  if (admin === null) throw new Error('This route needs AdminGuard or PageGuard.');
  return { name: admin.session?.name ?? 'admin', address: ip };
}

/** Returns the session of a request that `PageGuard` admitted. */
export function sessionOf({ admin }: FastifyRequest): Session {
  if (!admin?.session) throw new Error('This route needs PageGuard.');
  return admin.session;
}
