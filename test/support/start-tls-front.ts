import { once } from 'node:events';
import { request as sendRequest } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ServerCertificate } from './certificate-authority.js';

/** What speaks TLS for a server that does not, as a load balancer in the cloud. */
export interface TlsFront {
  readonly port: number;
  /** How many requests came by TLS. */
  countRequests(): number;
  stop(): Promise<void>;
}

/** Starts it on a free port of loopback, in front of the server on `targetPort`. */
export async function startTlsFront(targetPort: number, certificate: ServerCertificate): Promise<TlsFront> {
  let requests = 0;
  const server = createServer({ ...certificate }, (request, response) => {
    requests += 1;
    const { method, url: path, headers } = request;
    const outgoing = sendRequest({
      host: '127.0.0.1',
      port: targetPort,
      method,
      path,
      headers,
      agent: false,
    });
    outgoing.on('error', () => response.destroy());
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    countRequests: () => requests,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
