import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AdminGuard } from '../admin/admin-guard.js';
import { readCredentials } from '../http/read-credentials.js';
import { parseCompactJws } from '../peers/tokens/parse-compact-jws.js';
import { PeerGuard } from '../peers/peer-guard.js';

/** Delegates to `PeerGuard` for the credentials of a peer, otherwise to `AdminGuard`. */
@Injectable()
export class AdminOrPeerGuard implements CanActivate {
  constructor(
    private readonly admin: AdminGuard,
    private readonly peer: PeerGuard,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    return isOfPeer(request) ? this.peer.canActivate(context) : this.admin.canActivate(context);
  }
}

/** A license token is a JWT or uses the DPoP scheme; an admin token does neither. */
function isOfPeer(request: FastifyRequest): boolean {
  const credentials = readCredentials(request);
  if (credentials === null) return false;
  return credentials.scheme === 'dpop' || parseCompactJws(credentials.token) !== null;
}
