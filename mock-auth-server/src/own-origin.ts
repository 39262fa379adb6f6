import type { FastifyRequest } from 'fastify';
import type { MockContext } from './mock-context.js';

/** Returns whether a browser sent a request from a page of another origin. Programs send no `Origin`. */
export function isFromForeignOrigin(context: MockContext, request: FastifyRequest): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return false;
  const { publicUrl, issuer } = context.urls;
  return ![publicUrl, issuer, `http://${host}`, `https://${host}`].includes(origin);
}
