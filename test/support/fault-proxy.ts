import { once } from 'node:events';
import { createServer, type IncomingMessage, request as sendRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** The outcome of an exchange: forwarded, lost with its connection, cut in its body, or answered by the proxy. */
export type ExchangeOutcome =
  | 'pass'
  | 'drop'
  | { readonly cutAfterBytes: number }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

/** A network fault for the exchanges with one path. */
export interface Fault {
  /** `null` for any path. */
  readonly path: string | null;
  /**
   * `request`: before the server receives the request. `answer`: after the server has done its work. An answer without
   * work (status ≥ 300, such as the request for a DPoP nonce) passes and does not count.
   */
  readonly at: 'request' | 'answer';
  /** Runs during the fault. The exchange waits for it. */
  readonly meanwhile?: () => Promise<void>;
  readonly outcome: ExchangeOutcome;
  /** The number of exchanges that pass first. The default is 0. */
  readonly after?: number;
  /** The number of exchanges that fail. The default is 1. */
  readonly times?: number;
}

/** An exchange that reached the server. */
export interface PassedExchange {
  readonly path: string;
  readonly requestBody: string;
  readonly status: number;
  readonly body: string;
}

/** An HTTP network with injected faults between a client and a server on loopback. */
export interface FaultProxy {
  readonly url: string;
  readonly exchanges: readonly PassedExchange[];
  /** Returns the successful exchanges with a path. */
  done(path: string): PassedExchange[];
  /** Adds a fault after the waiting ones. */
  inject(fault: Fault): void;
  /** Removes all faults, and returns the number of failed exchanges since the last call. */
  heal(): number;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Starts the proxy on a free loopback port, in front of the server on `targetPort`. */
export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  const exchanges: PassedExchange[] = [];
  const faults: (Fault & { toPass: number; left: number })[] = [];
  let failedCount = 0;
  const takeFault = (path: string, at: Fault['at']): Fault | undefined => {
    const index = faults.findIndex((fault) => (fault.path ?? path) === path && fault.at === at);
    const fault = faults[index];
    if (fault && fault.toPass-- > 0) return undefined;
    if (fault === undefined) return undefined;
    failedCount += 1;
    if (--fault.left === 0) faults.splice(index, 1);
    return fault;
  };
  const relay = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://proxy').pathname;
    const requestBody = await buffer(request);
    const early = takeFault(path, 'request');
    await early?.meanwhile?.();
    if (early && early.outcome !== 'pass') return respond(early.outcome, null, response);
    const answer = await forward(targetPort, request, requestBody);
    exchanges.push({
      path,
      requestBody: requestBody.toString(),
      status: answer.status,
      body: answer.body.toString(),
    });
    const late = answer.status < 300 ? takeFault(path, 'answer') : undefined;
    await late?.meanwhile?.();
    respond(late?.outcome ?? 'pass', answer, response);
  };
  const server = createServer((request, response) => {
    relay(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    done: (path) => exchanges.filter((exchange) => exchange.path === path && exchange.status < 300),
    inject: (fault) => faults.push({ ...fault, toPass: fault.after ?? 0, left: fault.times ?? 1 }),
    heal: () => {
      faults.splice(0);
      const count = failedCount;
      failedCount = 0;
      return count;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function respond(outcome: ExchangeOutcome, answer: Answer | null, response: ServerResponse): void {
  if (outcome === 'drop' || (outcome === 'pass' && answer === null)) {
    response.destroy();
  } else if (outcome === 'pass' && answer !== null) {
    response.writeHead(answer.status, answer.headers).end(answer.body);
  } else if (typeof outcome === 'object' && 'status' in outcome) {
    response.writeHead(outcome.status, outcome.headers ?? {}).end(outcome.body ?? '');
  } else if (typeof outcome === 'object' && answer !== null) {
    // The header still promises the full length, so the client notices the missing part.
    response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
    response.write(answer.body.subarray(0, outcome.cutAfterBytes), () => response.destroy());
  }
}

async function forward(port: number, request: IncomingMessage, body: Buffer): Promise<Answer> {
  const { method, url, headers } = request;
  // Each exchange has its own connection: one from before a restart of the server would fail instead.
  const outgoing = sendRequest({ host: '127.0.0.1', port, method, path: url, headers, agent: false });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const { statusCode = 502, headers: answered } = incoming;
  const { connection: _connection, 'keep-alive': _keepAlive, ...kept } = answered;
  return { status: statusCode, headers: kept, body: await buffer(incoming) };
}
