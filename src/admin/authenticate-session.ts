import type { FastifyRequest } from 'fastify';
import { ProblemException } from '../http/problem.js';
import { isSameOrigin } from './is-same-origin.js';
import { readSessionCookie } from './session-cookie.js';
import { isCsrfTokenOf, type Session, type Sessions } from './sessions.js';

export interface SessionCheck {
  /** The CSRF token that the request carries, wherever the route expects it. */
  readonly csrfToken: unknown;
  /** Whether the request extends the idle timeout of the session. */
  readonly isActivity: boolean;
}

/**
 * Returns the session that the cookie of a request names, or `null` if there is none. Browsers also send the cookie with
 * requests that other sites cause. A request that changes something must therefore come from a page of this service and
 * carry the CSRF token of the session.
 *
 * @throws ProblemException 403 `cross-site-request`
 */
export function authenticateSession(
  request: FastifyRequest,
  sessions: Sessions,
  { csrfToken, isActivity }: SessionCheck,
): Session | null {
  const id = readSessionCookie(request);
  if (id === null) return null;
  const session = isActivity ? sessions.use(id) : sessions.find(id);
  const isChange = request.method !== 'GET' && request.method !== 'HEAD';
  if (session !== null && isChange && !(isSameOrigin(request) && isCsrfTokenOf(session, csrfToken))) {
    throw new ProblemException(
      403,
      'cross-site-request',
      'With the session cookie, a change must come from a page of this service and carry the CSRF token of the session: ' +
        'in the form field csrfToken, or for the API in the header X-CSRF-Token.',
    );
  }
  return session;
}
