import type { FastifyInstance } from 'fastify';
import { ProblemException } from './problem.js';

/** More than any route needs: no body is deeper than an object of plain values. */
const deepest = 8;

/**
 * Refuses deeply nested bodies. A few kilobytes of brackets would exhaust the stack of recursive code such as
 * class-transformer.
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
