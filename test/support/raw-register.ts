import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TestNats } from './start-nats.js';

/** A message in its wire format: `HMSG <subject> <sid> [reply] <header bytes> <bytes>`, or `MSG` without headers. */
export interface RawMessage {
  readonly subject: string;
  readonly headers: string;
  readonly body: string;
}

const lineEnd = '\r\n';

/** A register without a library: a socket and the NATS client protocol. */
export class RawRegister {
  readonly messages: RawMessage[] = [];
  readonly errors: string[] = [];
  readonly #socket: Socket;
  #pongs = 0;
  #unread: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => {
      this.#unread = Buffer.concat([this.#unread, bytes]);
      while (this.#readOne());
    });
  }

  /** Logs in, and resolves once the broker has the subscriptions. */
  static async connect({ port, registerUser }: TestNats, subjects: readonly string[]): Promise<RawRegister> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    const register = new RawRegister(socket);
    const { user, password: pass } = registerUser;
    register.send(`CONNECT ${JSON.stringify({ user, pass, headers: true, no_responders: true })}`);
    subjects.forEach((subject, index) => register.send(`SUB ${subject} ${index + 1}`));
    await register.ping();
    return register;
  }

  send(...lines: readonly string[]): void {
    this.#socket.write(lines.map((line) => line + lineEnd).join(''));
  }

  /** Resolves when the broker has processed everything sent before. */
  async ping(): Promise<void> {
    const expected = this.#pongs + 1;
    this.send('PING');
    await this.#until(() => this.#pongs >= expected);
  }

  /** Resolves to the first `count` messages of a subject. */
  async take(subject: string, count = 1): Promise<readonly RawMessage[]> {
    const found = () => this.messages.filter((message) => message.subject === subject);
    await this.#until(() => found().length >= count);
    return found().slice(0, count);
  }

  /** Resolves to the errors of the broker once it has closed the connection. */
  async ended(): Promise<readonly string[]> {
    if (!this.#socket.closed) await once(this.#socket, 'close', { signal: AbortSignal.timeout(10_000) });
    return this.errors;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #until(isDone: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(10_000);
    while (!isDone()) await once(this.#socket, 'data', { signal });
  }

  /** Reads one complete operation of the broker. Returns whether there was one. */
  #readOne(): boolean {
    const end = this.#unread.indexOf(lineEnd);
    if (end === -1) return false;
    const [operation = '', ...words] = this.#unread.toString('utf8', 0, end).split(' ');
    const sizes = operation.endsWith('MSG') ? words.slice(operation === 'HMSG' ? -2 : -1).map(Number) : [];
    const bodyAt = end + lineEnd.length;
    const size = sizes.at(-1);
    const next = size === undefined ? bodyAt : bodyAt + size + lineEnd.length;
    if (this.#unread.length < next) return false;
    const headerSize = sizes.length === 2 ? (sizes[0] ?? 0) : 0;
    if (size !== undefined) {
      this.messages.push({
        subject: words[0] ?? '',
        headers: this.#unread.toString('utf8', bodyAt, bodyAt + headerSize),
        body: this.#unread.toString('utf8', bodyAt + headerSize, bodyAt + size),
      });
    }
    this.#unread = this.#unread.subarray(next);
    if (operation === '-ERR') this.errors.push([operation, ...words].join(' '));
    if (operation === 'PONG') this.#pongs += 1;
    if (operation === 'PING') this.send('PONG');
    return true;
  }
}
