import type { FastifyReply } from 'fastify';

/** Sends an RFC 9457 problem with a stable code. `field` names the invalid member of the body. */
export function sendProblem(
  reply: FastifyReply,
  status: number,
  code: string,
  detail: string,
  field?: string,
): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({ title: code.replaceAll('-', ' '), status, code, detail, ...(field ? { field } : {}) }),
    );
}
