import type { FastifyReply } from 'fastify';
import { contextOf } from './render-context.js';
import type { FailureKind } from './texts.js';
import { renderFailure } from './views/failure-view.js';

/** Sends a page that no browser or proxy caches, because it may contain data of a logged-in person. */
export function sendPage(reply: FastifyReply, page: string, status = 200): FastifyReply {
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({
      'cache-control': 'no-store',
      'content-language': contextOf(reply.request).language,
      vary: 'accept-language, cookie',
    })
    .send(page);
}

export function sendFailure(reply: FastifyReply, status: number, kind: FailureKind): FastifyReply {
  return sendPage(reply, renderFailure(kind, contextOf(reply.request)), status);
}

/** Redirects to a GET, so that a reload does not submit the form again. */
export function goTo(reply: FastifyReply, path: string): FastifyReply {
  return reply.header('cache-control', 'no-store').redirect(path, 303);
}
