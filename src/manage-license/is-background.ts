import type { FastifyRequest } from 'fastify';

/** Whether a page sent this by itself, to show what has changed, and no person did. */
export function isBackground(request: FastifyRequest): boolean {
  return request.headers['x-background'] !== undefined;
}
