import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { problemContentType, toProblem } from './problem.js';
import { addSecurityHeaders } from './security-headers.js';

/** Answers requests whose URL cannot be decoded. They reach no route, so no hook or filter sees them. */
export function answerUnreadableUrl(
  _error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  addSecurityHeaders(reply);
  const problem = toProblem(400, 'bad-request', 'The URL contains an invalid percent-encoding.');
  void reply.status(400).type(problemContentType).send(problem);
}
