import type { FastifyReply } from 'fastify';
import { basePathOf } from '../http/public-urls.js';

/**
 * Stricter than for the API, except for the images inside the style sheet. The pages send a referrer to their own service:
 * without it browsers send `Origin: null`, and a form would look as if it came from another site.
 */
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
  vary: 'accept-language, cookie',
};

/** The language that a page declares itself. */
const declaredLanguage = /<html lang="([a-z]+)"/;

export function sendPage(reply: FastifyReply, page: string, status = 200): void {
  void reply
    .status(status)
    .headers(headers)
    .header('content-language', declaredLanguage.exec(page)?.[1])
    .type('text/html; charset=utf-8')
    .send(below(basePathOf(reply.request), page));
}

/** Puts the path of the service before the links of a page. Text from outside cannot match: its quotes are escaped. */
function below(basePath: string, page: string): string {
  return basePath === '' ? page : page.replaceAll(/ (href|src|action)="\/(?!\/)/g, ` $1="${basePath}/`);
}

/** Redirects to a GET, so that a reload does not send the form again. */
export function goTo(reply: FastifyReply, path: string): void {
  void reply.header('cache-control', 'no-store').redirect(`${basePathOf(reply.request)}${path}`, 303);
}
