import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** A minimal HTTP server in place of a POS server; each test sets its answer. */
export class FakeServer {
  readonly requests: SeenRequest[] = [];
  answer: (request: SeenRequest, response: ServerResponse) => void;
  readonly #server = createServer((request, response) => {
    const seen = { method: request.method ?? '', url: request.url ?? '', headers: request.headers };
    this.requests.push(seen);
    this.answer(seen, response);
  });

  private constructor(answer: FakeServer['answer']) {
    this.answer = answer;
  }

  static async start(answer: FakeServer['answer']): Promise<FakeServer> {
    const server = new FakeServer(answer);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
