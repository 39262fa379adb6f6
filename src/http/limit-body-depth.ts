import type { FastifyInstance } from 'fastify';
import { ProblemException } from './problem.js';

/** No body of ours is deeper than an object of plain values. */
const deepest = 8;

/**
 * Refuses bodies that are nested deeper than any of ours. A few kilobytes of brackets would exhaust the stack of whatever
 * walks through them by calling itself, as class-transformer does.
 */
export function limitBodyDepth(fastify: FastifyInstance): void {
  fastify.addHook('preValidation', (request, _reply, done) => {
    if (isDeeperThan(request.body, deepest)) {
      done(
        new ProblemException(400, 'bad-request', `The body may be nested at most ${deepest} levels deep.`),
      );
    } else {
      done();
    }
  });
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isDeeperThan(child, levels - 1));
}
