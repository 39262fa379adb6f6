import type { FastifyReply } from 'fastify';
import { renderFailure } from './views/failure-view.js';

/** Sends a page; none is kept by a browser or proxy, because each may show what only a logged-in person may see. */
export function sendPage(reply: FastifyReply, page: string, status = 200): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page);
}

export function sendFailure(
  reply: FastifyReply,
  status: number,
  title: string,
  reason: string,
): FastifyReply {
  return sendPage(reply, renderFailure({ title, reason }), status);
}

/** Goes on with a GET, so that a reload does not send the form again. */
export function goTo(reply: FastifyReply, path: string): FastifyReply {
  return reply.header('cache-control', 'no-store').redirect(path, 303);
}
