import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { basePathOf, isSecure } from '../http/public-urls.js';

/** Contains the port, because cookies ignore ports: two services on one machine need different names. */
function sessionCookieName(request: FastifyRequest): string {
  return `pos-licensing-${request.port ?? (isSecure(request) ? 443 : 80)}`;
}

/** Returns the session id from the cookie, or `null` if there is none of the right form. */
export function readSessionCookie(request: FastifyRequest): string | null {
  const id = parseCookie(request.headers.cookie ?? '')[sessionCookieName(request)];
  return id !== undefined && /^[\w-]{22}$/.test(id) ? id : null;
}

export function writeSessionCookie(request: FastifyRequest, reply: FastifyReply, id: string): void {
  reply.header('set-cookie', stringifySetCookie(sessionCookieName(request), id, cookieOptions(request)));
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  const ended = { ...cookieOptions(request), expires: new Date(0), maxAge: 0 };
  reply.header('set-cookie', stringifySetCookie(sessionCookieName(request), '', ended));
}

function cookieOptions(request: FastifyRequest) {
  return {
    path: `${basePathOf(request)}/`,
    httpOnly: true,
    sameSite: 'strict',
    secure: isSecure(request),
  } as const;
}
