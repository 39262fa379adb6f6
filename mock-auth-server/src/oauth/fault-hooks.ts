import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Faults, FixedAnswer } from '../controls/faults.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The clock skew of this server for this request. */
    clockSkewMs: number;
  }
}

/** Applies the current fault to the routes of this scope. */
export function addFaultHooks(scope: FastifyInstance, faults: Faults, now: () => Date): void {
  scope.decorateRequest('clockSkewMs', 0);
  scope.addHook('onRequest', async (request, reply) => {
    const fault = faults.next(['offline', 'error', 'slow', 'clock-skew', 'answer'], request.routeOptions.url);
    if (fault.mode === 'offline') return destroySocket(request, reply);
    if (fault.answer !== null) return sendFixedAnswer(reply, fault.answer);
    if (fault.mode === 'error') {
      if (fault.retryAfterSeconds !== null) reply.header('retry-after', fault.retryAfterSeconds);
      return reply.code(503).header('cache-control', 'no-store').send({ error: 'temporarily_unavailable' });
    }
    if (fault.mode === 'slow') await sleep(fault.delayMs, undefined, { ref: false });
    if (fault.mode === 'clock-skew') request.clockSkewMs = fault.skewSeconds * 1000;
    return undefined;
  });
  scope.addHook('onSend', async (request, reply, payload) => {
    // The time in tokens must agree with this header. A fixed answer may have its own.
    if (!reply.hasHeader('date'))
      reply.header('date', new Date(now().getTime() + request.clockSkewMs).toUTCString());
    // Drops only the answer of a completed change: the loss of any other answer has no consequence.
    const hasDoneWork = request.method === 'POST' && reply.statusCode < 300;
    if (hasDoneWork && faults.next(['drop-answer'], undefined).mode === 'drop-answer') {
      request.raw.socket.destroy();
    }
    return payload;
  });
}

/** Sends bytes, because Fastify may change the content type of a text. */
function sendFixedAnswer(reply: FastifyReply, { status, headers, body }: FixedAnswer): FastifyReply {
  return reply
    .code(status)
    .headers(headers)
    .send(body === null ? undefined : Buffer.from(body));
}

function destroySocket(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}
