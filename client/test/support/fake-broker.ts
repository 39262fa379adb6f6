import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** The answers of a fake broker to CONNECT and SUB: `null` accepts, a text is the error. */
export interface BrokerManners {
  readonly answerConnect?: (presented: Record<string, unknown>, count: number) => string | null;
  readonly answerSubscribe?: (subject: string) => string | null;
}

/** A minimal broker with failures that a real broker shows only at times. */
export class FakeBroker {
  /** The CONNECT options of each connection, in order. */
  readonly connects: Record<string, unknown>[] = [];
  /** The SUB and PUB commands with their subjects, in order. */
  readonly commands: string[] = [];
  readonly #arrivals = new EventEmitter();
  readonly #server = createServer((socket) => this.#serve(socket));
  readonly #sockets = new Set<Socket>();
  readonly #manners: BrokerManners;

  private constructor(manners: BrokerManners) {
    this.#manners = manners;
  }

  static async start(manners: BrokerManners): Promise<FakeBroker> {
    const broker = new FakeBroker(manners);
    broker.#server.listen(0, '127.0.0.1');
    await once(broker.#server, 'listening');
    return broker;
  }

  get url(): string {
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Resolves when this many connections were made. */
  async seenConnects(count: number): Promise<void> {
    const signal = AbortSignal.timeout(15_000);
    while (this.connects.length < count) await once(this.#arrivals, 'line', { signal });
  }

  /** Resolves when this many commands were received. */
  async seenCommands(count: number): Promise<void> {
    const signal = AbortSignal.timeout(15_000);
    while (this.commands.length < count) await once(this.#arrivals, 'line', { signal });
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.dropConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket));
    socket.write('INFO {"server_id":"FAKE","version":"2.10.27","headers":true,"max_payload":1048576}\r\n');
    createInterface({ input: socket }).on('line', (line) => {
      this.#answer(socket, line);
      this.#arrivals.emit('line');
    });
  }

  #answer(socket: Socket, line: string): void {
    const [verb = '', argument = ''] = line.split(' ');
    if (verb === 'SUB' || verb === 'PUB') this.commands.push(`${verb} ${argument}`);
    if (verb === 'CONNECT') {
      const presented = JSON.parse(line.slice('CONNECT '.length)) as Record<string, unknown>;
      this.connects.push(presented);
      const refusal = this.#manners.answerConnect?.(presented, this.connects.length);
      if (refusal) socket.end(`-ERR '${refusal}'\r\n`);
    } else if (!socket.writable) {
      return;
    } else if (verb === 'PING') {
      socket.write('PONG\r\n');
    } else if (verb === 'SUB') {
      const refusal = this.#manners.answerSubscribe?.(argument);
      if (refusal) socket.write(`-ERR '${refusal}'\r\n`);
    }
  }
}
