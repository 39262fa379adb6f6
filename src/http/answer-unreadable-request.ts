import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { problemContentType, toProblem } from './problem.js';
import { securityHeaders } from './security-headers.js';

/** The answer to the last request of a connection. A property, because a WeakMap costs the garbage collector more. */
const lastAnswer = Symbol('last answer');
interface FollowedSocket extends Socket {
  [lastAnswer]?: ServerResponse;
}

/** Follows which requests are answered before their body is read. */
export function followAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    (request.raw.socket as FollowedSocket)[lastAnswer] = reply.raw;
    done();
  });
}

/** Returns whether the request whose body is malformed was already answered. A proxy would pass a second answer to another client. */
function isAnswered(socket: FollowedSocket): boolean {
  const last = socket[lastAnswer];
  return last !== undefined && !last.req.complete && last.headersSent;
}

/** Answers requests that Node's parser rejects as malformed, too long or too slow. No hook or filter sees them. */
export function answerUnreadableRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  // The client is gone.
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  if (isAnswered(socket)) {
    socket.end(() => socket.destroy());
    return;
  }
  const { status, code, detail } = explain(error.code);
  const body = JSON.stringify(toProblem(status, code, detail));
  const headers = Object.entries({
    ...securityHeaders,
    'cache-control': 'no-store',
    connection: 'close',
    'content-type': problemContentType,
    'content-length': Buffer.byteLength(body),
  });
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`, () => socket.destroy());
}

function explain(fault: string | undefined): { status: number; code: string; detail: string } {
  if (fault === 'HPE_HEADER_OVERFLOW') {
    const detail = 'The URL and the headers of a request may have at most 16 KB in total.';
    return { status: 431, code: 'request-header-fields-too-large', detail };
  }
  if (fault === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { status: 408, code: 'request-timeout', detail: 'The request did not arrive in time.' };
  }
  return { status: 400, code: 'bad-request', detail: 'Malformed HTTP request.' };
}
