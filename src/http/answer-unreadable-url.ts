import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { problemContentType, toProblem } from './problem.js';
import { addSecurityHeaders } from './security-headers.js';

/** Answers a URL that cannot be decoded. It comes before any route, so no hook or filter sees it. */
export function answerUnreadableUrl(
  _error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  addSecurityHeaders(reply);
  const problem = toProblem(400, 'bad-request', 'The URL holds a % that begins no character of UTF-8.');
  void reply.status(400).type(problemContentType).send(problem);
}
