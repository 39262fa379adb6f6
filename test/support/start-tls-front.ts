import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ServerCertificate } from './certificate-authority.js';
import { endServer, forwardRequest } from './forward-request.js';

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
    forwardRequest(request, response, targetPort, request.url);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    countRequests: () => requests,
    stop: () => endServer(server),
  };
}
