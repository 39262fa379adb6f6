import type { NatsConnection } from '@nats-io/transport-node';
import type { HubLink } from '../../src/messaging/hub-link.js';
import type { NatsLink } from '../../src/messaging/nats-link.js';
import type { Broker } from './broker.js';
import type { ServiceProcess } from './service-process.js';
import type { SimulatedConnection } from './simulated-connection.js';

const retryMs = 1000;

/** A connection of the service to a broker, made again whenever it breaks. */
export class SimulatedLink {
  private connection: SimulatedConnection | null = null;
  private readonly listeners: ((connection: NatsConnection) => Promise<void>)[] = [];
  private login: string | null = null;
  private isStarted = false;

  /** @param nextLogin the name for the next connection, `null` while there is none */
  constructor(
    private readonly broker: Broker,
    private readonly owner: ServiceProcess,
    private readonly nextLogin: () => string | null,
  ) {}

  get asNatsLink(): NatsLink {
    return this as unknown as NatsLink;
  }

  get asHubLink(): HubLink {
    return this as unknown as HubLink;
  }

  get current(): NatsConnection | null {
    return this.connection?.isLinked ? this.connection.asNats : null;
  }

  get serverId(): string | null {
    return this.login;
  }

  onConnected(listener: (connection: NatsConnection) => Promise<void>): void {
    this.listeners.push(listener);
  }

  start(): void {
    this.isStarted = true;
    this.connect();
  }

  /** Closes a connection whose login is of another server. */
  followLogin(): void {
    const login = this.nextLogin();
    if (login !== null && this.login !== null && login !== this.login) this.connection?.drop('another login');
    else if (this.isStarted && this.connection === null) this.connect();
  }

  /** The broker notices the end of a crashed process later than what the process had sent. */
  abandon(): void {
    const { connection, broker } = this;
    if (connection === null) return;
    broker.world.scheduler.after(broker.world.latency.between(1, 200), null, () => connection.drop('crash'));
  }

  private connect(): void {
    if (this.connection !== null) return;
    const login = this.nextLogin();
    // The commit of a license connects.
    if (login === null) return;
    const connection = this.broker.connect(this.owner);
    if (connection === null) return this.retry();
    this.login = login;
    this.connection = connection;
    connection.onDropped = () => {
      this.connection = null;
      this.retry();
    };
    for (const listener of this.listeners) listener(connection.asNats).catch(() => undefined);
  }

  private retry(): void {
    const { world } = this.broker;
    // Without a broker a longer wait: many attempts would add nothing but time.
    const waitMs = this.broker.isUp ? retryMs : 60_000;
    world.scheduler.after(waitMs * (1 + world.latency.next()), this.owner, () => this.connect());
  }
}
