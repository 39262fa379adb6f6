import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { endServer, forwardRequest } from './forward-request.js';

/** The proxy through which the machines of a shop reach the internet. */
export interface ForwardProxy {
  readonly url: string;
  /** The requests to the proxy: `CONNECT host:port`, or a method and a whole URL. */
  readonly asked: readonly string[];
  /** Returns all bytes that passed through it to the server. */
  sent(): Buffer;
  stop(): Promise<void>;
}

/** Starts the proxy on a free loopback port. It resolves every host name to the server on `targetPort`. */
export async function startForwardProxy(targetPort: number): Promise<ForwardProxy> {
  const asked: string[] = [];
  const sent: Buffer[] = [];
  const sockets = new Set<Duplex>();
  const keep = (socket: Duplex) => {
    sockets.add(socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket)));
  };
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.on('data', (chunk: Buffer) => sent.push(chunk));
    // RFC 9112 section 3.2.2: the request contains the whole URL.
    const { pathname, search } = new URL(request.url ?? '');
    forwardRequest(request, response, targetPort, pathname + search);
  });
  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    asked.push(`CONNECT ${request.url}`);
    const target: Socket = connect(targetPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      client.on('data', (chunk: Buffer) => sent.push(chunk));
      client.pipe(target).pipe(client);
    });
    keep(target);
    keep(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    sent: () => Buffer.concat(sent),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await endServer(server);
    },
  };
}
