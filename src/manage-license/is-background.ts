import type { FastifyRequest } from 'fastify';

/** Returns whether the script of a page sent this request by itself, without a user action. */
export function isBackground(request: FastifyRequest): boolean {
  return request.headers['x-background'] !== undefined;
}
