import type { FastifyReply } from 'fastify';

/**
 * Stricter than for the API, but for the pictures that the style sheet holds in itself. A page may tell its own service
 * where a form was sent from: without that a browser sends `Origin: null`, and the form could not be told from a foreign one.
 */
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
  vary: 'accept-language',
};

export function sendPage(reply: FastifyReply, page: string, status = 200): void {
  void reply.status(status).headers(headers).type('text/html; charset=utf-8').send(page);
}

/** Goes on with a GET, so that a reload does not do again what a form has done. */
export function goTo(reply: FastifyReply, path: string): void {
  void reply.header('cache-control', 'no-store').redirect(path, 303);
}
