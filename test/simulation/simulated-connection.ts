import type { NatsConnection } from '@nats-io/transport-node';
import type { Broker } from './broker.js';
import { type Headers, type Reply, replyOf } from './reply.js';
import { Channel } from './channel.js';
import type { Owner } from './scheduler.js';

interface Delivered {
  readonly data: Uint8Array;
}

type Status =
  | { readonly type: 'disconnect' | 'reconnect'; readonly server: string }
  | { readonly type: 'error'; readonly error: Error };

const requestTimeoutMs = 5000;

/** A connection to the broker, with the members of NatsConnection that the service and the client library use. */
export class SimulatedConnection {
  readonly options = {};
  readonly info = { max_payload: 1_048_576 };
  /** Whether the broker receives what is sent. */
  isLinked = true;
  ignoresEvents = false;
  private readonly subscriptions = new Map<string, Channel<Delivered>>();
  private readonly statuses = new Channel<Status>();
  private readonly whenClosed: Promise<Error | void>;
  private resolveClosed: (error?: Error) => void = () => undefined;
  private isEnded = false;
  /** Messages of a connection arrive in their order. */
  private sentUntilMs = 0;
  private receivedUntilMs = 0;
  /** Called when the link breaks, in the turn of the owner. Default: the connection closes. */
  onDropped: (reason: string) => void = (reason) => this.fail(reason);

  constructor(
    private readonly broker: Broker,
    private readonly owner: Owner,
  ) {
    this.whenClosed = new Promise((resolve) => (this.resolveClosed = resolve));
  }

  /** The object as the libraries expect it. */
  get asNats(): NatsConnection {
    return this as unknown as NatsConnection;
  }

  async request(
    subject: string,
    data: string | Uint8Array = '',
    { timeout = requestTimeoutMs, headers }: { timeout?: number; headers?: Headers } = {},
  ): Promise<Reply> {
    const { broker, owner } = this;
    const { world } = broker;
    const fault = world.drawFault('broker', owner);
    world.scheduler.calls += 1;
    world.scheduler.mix(subject);
    if (!this.isLinked) throw new Error('connection closed');
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    if (fault === 'publish-lost') return this.timeOut(timeout);
    const reply = await this.arrive(() => broker.handle(owner, subject, bytes, headers), timeout);
    if (fault === 'acknowledgement-lost') return this.timeOut(timeout);
    await world.call(owner, `broker reply ${subject}`);
    if (fault === 'broker-error') throw new Error('the broker is busy');
    if (reply === null) return this.timeOut(timeout);
    return reply;
  }

  subscribe(subject: string): AsyncIterable<Delivered> {
    const channel = new Channel<Delivered>();
    this.subscriptions.set(subject, channel);
    return channel;
  }

  /** Delivers a message to the subscription, later and in order. */
  deliver(subject: string, text: string): void {
    if (this.ignoresEvents || !this.subscriptions.has(subject)) return;
    const { world } = this.broker;
    const fault = world.drawFault('subscriber', this.owner);
    if (fault === 'slow-consumer') return this.drop('slow consumer');
    const data = replyOf(text).data;
    for (let copies = fault === 'delivered-twice' ? 2 : 1; copies > 0; copies -= 1) {
      world.scheduler.calls += 1;
      this.receivedUntilMs = Math.max(this.receivedUntilMs, world.nowMs) + world.latency.between(1, 50);
      world.scheduler.at(this.receivedUntilMs, this.owner, () => {
        if (this.isLinked) this.subscriptions.get(subject)?.push({ data });
      });
    }
  }

  /** Breaks the link: the owner notices a moment later. */
  drop(reason: string): void {
    if (!this.isLinked) return;
    this.isLinked = false;
    this.broker.connections.delete(this);
    this.broker.world.scheduler.after(1, this.owner, () => {
      if (!this.isEnded) this.onDropped(reason);
    });
  }

  /** Ends the connection permanently. */
  fail(reason: string): void {
    this.end(new Error(reason));
  }

  /** Continues after a reconnection, with the same subscriptions. */
  relink(): void {
    this.isLinked = true;
    this.broker.connections.add(this);
    this.statuses.push({ type: 'reconnect', server: this.getServer() });
  }

  reportDisconnected(): void {
    this.statuses.push({ type: 'disconnect', server: this.getServer() });
  }

  async *status(): AsyncGenerator<Status> {
    yield* this.statuses;
  }

  closed(): Promise<Error | void> {
    return this.whenClosed;
  }

  isClosed(): boolean {
    return this.isEnded;
  }

  async close(): Promise<void> {
    this.isLinked = false;
    this.broker.connections.delete(this);
    this.end();
  }

  getServer(): string {
    return this.broker.name;
  }

  private end(error?: Error): void {
    if (this.isEnded) return;
    this.isEnded = true;
    for (const channel of this.subscriptions.values()) channel.end();
    this.statuses.end();
    this.resolveClosed(error);
  }

  /**
   * Runs `handle` when the request arrives at the broker, even if its sender has crashed by then. `null`: no answer, for
   * instance because the service that was asked has crashed.
   */
  private arrive(handle: () => Promise<Reply>, timeoutMs: number): Promise<Reply | null> {
    const { world } = this.broker;
    this.sentUntilMs = Math.max(this.sentUntilMs, world.nowMs) + world.latency.between(1, 20);
    return new Promise((resolve) => {
      world.scheduler.at(this.sentUntilMs + timeoutMs, this.owner, () => resolve(null));
      world.scheduler.at(this.sentUntilMs, null, () => {
        const answer = this.isLinked ? handle() : Promise.reject(new Error('connection closed'));
        answer.then(
          (reply) => world.scheduler.after(1, this.owner, () => resolve(reply)),
          () => world.scheduler.after(1, this.owner, () => resolve(null)),
        );
      });
    });
  }

  private async timeOut(timeoutMs: number): Promise<never> {
    await this.broker.world.scheduler.sleep(this.owner, timeoutMs);
    throw new Error('timeout');
  }
}
