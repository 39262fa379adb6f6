import { type Headers, type Reply, replyOf } from './reply.js';
import type { Owner } from './scheduler.js';
import { SimulatedConnection } from './simulated-connection.js';
import type { World } from './world.js';

interface StoredMessage {
  readonly subject: string;
  readonly text: string;
}

interface Stream {
  readonly config: Record<string, unknown> & { name: string; subjects: string[] };
  messages: StoredMessage[];
  lastMessageId: string;
  readonly known: Map<string, number>;
}

const maxKept = 100;
const textDecoder = new TextDecoder();

/** A model of a broker with JetStream: streams, acknowledgements, deduplication, the last message of a subject. */
export class Broker {
  isUp = true;
  readonly streams = new Map<string, Stream>();
  readonly connections = new Set<SimulatedConnection>();
  /** Called when a stream stores a message that it did not know. */
  onStored: (stream: string, subject: string, text: string, isDuplicate: boolean) => void = () => undefined;
  /** Answers a request that a client of the broker serves; `null` if none does. */
  serve: (subject: string, asker: Owner) => Promise<string> | null = () => null;

  constructor(
    readonly world: World,
    readonly name: string,
  ) {}

  connect(owner: Owner): SimulatedConnection | null {
    if (!this.isUp) return null;
    const connection = new SimulatedConnection(this, owner);
    this.connections.add(connection);
    return connection;
  }

  /** Ends all connections. The streams stay. */
  dropConnections(): void {
    for (const connection of Array.from(this.connections)) connection.drop('the broker went away');
  }

  stop(): void {
    this.isUp = false;
    this.dropConnections();
  }

  addStream(name: string, subjects: string[]): void {
    this.create({ name, subjects });
  }

  purge(): void {
    for (const stream of this.streams.values()) stream.messages = [];
  }

  /** Stores a message of somebody else in the first stream that has the subject. */
  storeForeign(subject: string, text: string): void {
    const stream = [...this.streams.values()].find(({ config }) => config.subjects.includes(subject));
    if (stream !== undefined) this.keep(stream, subject, text, '');
  }

  lastOf(stream: string, subject: string): string | null {
    return (
      this.streams.get(stream)?.messages.findLast((message) => message.subject === subject)?.text ?? null
    );
  }

  /** Handles a request that has arrived, in the turn of the broker. */
  async handle(
    asker: Owner,
    subject: string,
    data: Uint8Array,
    headers: Headers | undefined,
  ): Promise<Reply> {
    const [, , , verb = '', action = '', ...rest] = /^((\$JS\.API))\.(\w+)\.(\w+)\.(.+)$/.exec(subject) ?? [];
    if (verb === 'STREAM') return this.handleStream(action, rest.join('.'), data);
    if (verb === 'DIRECT') return this.handleDirectGet(rest.join('.'));
    const stream = [...this.streams.values()].find(({ config }) =>
      config.subjects.some((each) => matches(each, subject)),
    );
    if (stream !== undefined) return this.store(stream, subject, textDecoder.decode(data), headers);
    const served = this.serve(subject, asker);
    if (served === null) throw new Error('503 no responders');
    return replyOf(await served);
  }

  /** Stores a message and delivers it to the subscribers, known or not. */
  store(stream: Stream, subject: string, text: string, headers?: Headers): Reply {
    const id = headers?.get('Nats-Msg-Id') ?? '';
    const expected = headers?.get('Nats-Expected-Last-Msg-Id') ?? '';
    const { config, known } = stream;
    const isDuplicate = id !== '' && known.has(id) && this.world.nowMs - (known.get(id) ?? 0) < 3_600_000;
    if (!isDuplicate && expected !== '' && stream.lastMessageId !== expected) {
      return replyOf({ error: { code: 400, err_code: 10_070, description: 'wrong last msg ID' } });
    }
    if (!isDuplicate) {
      this.keep(stream, subject, text, id);
      if (known.size > 5000) known.clear();
      known.set(id, this.world.nowMs);
    }
    this.onStored(config.name, subject, text, isDuplicate);
    if (isDuplicate) this.deliver(subject, text);
    return replyOf({ stream: config.name, seq: stream.messages.length, duplicate: isDuplicate });
  }

  private keep(stream: Stream, subject: string, text: string, id: string): void {
    stream.messages.push({ subject, text });
    if (stream.messages.length > 2 * maxKept) stream.messages = keepLast(stream.messages);
    stream.lastMessageId = id;
    this.deliver(subject, text);
  }

  private deliver(subject: string, text: string): void {
    for (const connection of Array.from(this.connections)) connection.deliver(subject, text);
  }

  private handleStream(action: string, name: string, data: Uint8Array): Reply {
    if (action === 'CREATE') this.create(JSON.parse(textDecoder.decode(data)) as Stream['config']);
    const stream = this.streams.get(name);
    if (stream === undefined) {
      return replyOf({ error: { code: 404, err_code: 10_059, description: 'stream not found' } });
    }
    return replyOf({ config: stream.config, state: { messages: stream.messages.length }, created: '' });
  }

  private create(config: Stream['config']): void {
    if (this.streams.has(config.name)) return;
    this.streams.set(config.name, { config, messages: [], lastMessageId: '', known: new Map() });
  }

  private handleDirectGet(target: string): Reply {
    const dot = target.indexOf('.');
    const text = this.lastOf(target.slice(0, dot), target.slice(dot + 1));
    if (text === null) return replyOf('', { code: 404, description: 'Message Not Found' });
    return replyOf(text, { code: 0, description: '' });
  }
}

function matches(pattern: string, subject: string): boolean {
  const parts = subject.split('.');
  const wanted = pattern.split('.');
  return (
    wanted.length === parts.length && wanted.every((each, index) => each === '*' || each === parts[index])
  );
}

/** Keeps the newest messages, and the last one of each subject. */
function keepLast(messages: readonly StoredMessage[]): StoredMessage[] {
  const last = new Map(messages.map((message) => [message.subject, message]));
  const newest = messages.slice(-maxKept);
  return [...[...last.values()].filter((message) => !newest.includes(message)), ...newest];
}
