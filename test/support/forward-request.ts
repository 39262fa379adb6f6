import { once } from 'node:events';
import { type IncomingMessage, request as sendRequest, type Server, type ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';

/** Forwards a request to the server on `port` of loopback, and returns its answer. */
export function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  path: string | undefined,
): void {
  const { method, headers } = request;
  const outgoing = sendRequest({ host: '127.0.0.1', port, method, path, headers, agent: false });
  outgoing.on('error', () => response.destroy());
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  request.pipe(outgoing);
}

/** Ends a server with all its connections. */
export async function endServer(server: Server | TlsServer): Promise<void> {
  const closed = once(server, 'close');
  server.closeAllConnections();
  server.close();
  await closed;
}
