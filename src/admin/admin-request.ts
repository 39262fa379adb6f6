import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RequestNote } from '../http/request-note.js';
import type { AuditActor } from '../domain/audit-actor.js';
import type { Session } from './sessions.js';

/** Who was let in. `session` null: by the admin token itself. */
export interface Admin {
  readonly session: Session | null;
}

const admins = new RequestNote<Admin>('No guard has let this request in: its route needs one.');

/** Notes who sent a request, for those who answer it. */
export function noteAdmin(request: FastifyRequest, admin: Admin): void {
  admins.write(request, admin);
}

/** Tells who sent a request that a guard has let in. */
export function adminOf(request: FastifyRequest): Admin {
  return admins.read(request);
}

/** Whoever sent the request, as the audit trail shows them. */
export const Actor = createParamDecorator((_data: unknown, context: ExecutionContext): AuditActor => {
  return actorOf(context.switchToHttp().getRequest<FastifyRequest>());
});

/** The session of a request that the page's guard has let in. */
export function sessionOf(request: FastifyRequest): Session {
  const { session } = adminOf(request);
  if (session === null) throw new Error('This route is for who is logged in on the page.');
  return session;
}

export function actorOf(request: FastifyRequest): AuditActor {
  return { name: adminOf(request).session?.name ?? 'admin', address: request.ip };
}
