import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Cookies do not tell ports apart, so the name does: two services on one machine keep their sessions. */
function sessionCookieName(request: FastifyRequest): string {
  return `pos-licensing-${request.port ?? (request.protocol === 'https' ? 443 : 80)}`;
}

/** Reads the session id that the browser sent, if it can be one. */
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
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
  } as const;
}
