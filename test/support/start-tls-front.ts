import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ServerCertificate } from './certificate-authority.js';
import { endServer, forwardRequest } from './forward-request.js';

/** A TLS terminator for a server without TLS, like a load balancer in the cloud. */
export interface TlsFront {
  readonly port: number;
  /** Returns the number of requests over TLS. */
  countRequests(): number;
  stop(): Promise<void>;
}

/** Starts it on a free loopback port, in front of the server on `targetPort`. */
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
