import type { FastifyRequest } from 'fastify';

/** The credentials of an `Authorization` header (RFC 9110 section 11.4). */
export interface Credentials {
  /** In lower case. */
  readonly scheme: string;
  /** Unchecked: it may be malformed. */
  readonly token: string;
}

/** Returns the credentials that a request carries; `null` without the header. */
export function readCredentials({ headers: { authorization } }: FastifyRequest): Credentials | null {
  if (authorization === undefined) return null;
  const tokenAt = authorization.indexOf(' ') + 1;
  return {
    scheme: authorization.slice(0, Math.max(0, tokenAt - 1)).toLowerCase(),
    token: authorization.slice(tokenAt),
  };
}
