import { setTimeout as sleep } from 'node:timers/promises';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import type { BrokerLogin } from '../config/settings.js';
import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';
import { endsWithin, whileEnding } from '../coordination/shutdown.js';
import { addressOptions } from './broker-address.js';

const retryMs = 1000;
const drainTimeoutMs = 2000;
const closeTimeoutMs = 500;

/**
 * A connection to the broker. It is sought in the background, for as long as the service runs: a start needs no
 * broker, and an outage of any length heals by itself.
 */
export abstract class BrokerLink implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('NATS');
  private readonly listeners = new Set<(connection: NatsConnection) => Promise<void>>();
  private connection: NatsConnection | null = null;
  private readonly stopping = new AbortController();
  private lastFault = '';
  private loop: Promise<void> = Promise.resolve();

  /** `login` null: the broker lets this service in without one. */
  constructor(
    private readonly url: string,
    private readonly login: BrokerLogin | null,
    private readonly purpose: string,
  ) {}

  /** The connection if it is up at this moment, else null. */
  get current(): NatsConnection | null {
    return this.isConnected ? this.connection : null;
  }

  isConnected = false;

  /** How to log in at the next connection; null: there is nothing to log in with yet, so that it is tried again later. */
  protected nextLogin(): ConnectionOptions | null {
    return this.login === null ? {} : { user: this.login.user, pass: this.login.password };
  }

  /** Calls back at every connection and reconnection; a connection object may come twice. */
  onConnected(listener: (connection: NatsConnection) => Promise<void>): void {
    this.listeners.add(listener);
  }

  onApplicationBootstrap(): void {
    this.loop = this.keepConnected();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await whileEnding(`the connection to the broker ${this.purpose}`, this.endConnection());
  }

  /** A broker that is silent acknowledges nothing, and may not even take the end of the connection. */
  private async endConnection(): Promise<void> {
    const { connection } = this;
    if (connection !== null) {
      // What was published is acknowledged before the connection ends.
      const isDrained = await endsWithin(drainTimeoutMs, connection.drain());
      if (!isDrained || !connection.isClosed()) await endsWithin(closeTimeoutMs, connection.close());
    }
    await endsWithin(closeTimeoutMs, this.loop);
  }

  private async keepConnected(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        const login = this.nextLogin();
        if (login !== null) await this.serve(await connect({ ...this.options(), ...login }));
      } catch (error) {
        this.report(error);
      }
      this.isConnected = false;
      this.connection = null;
      // Spread, so that a broker that comes back does not get all its stores in one moment.
      const waitMs = retryMs * (1 + Math.random());
      await sleep(waitMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** Resolves when the connection is closed for good. */
  private async serve(connection: NatsConnection): Promise<void> {
    this.connection = connection;
    if (this.stopping.signal.aborted) await connection.close();
    this.handleConnection(connection);
    void this.followStatus(connection);
    const error = await connection.closed();
    if (error) this.report(error);
  }

  private async followStatus(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        this.isConnected = false;
        this.logger.warn(`Connection to the broker ${this.purpose} lost; trying again until it is back.`);
      } else if (status.type === 'reconnect') {
        this.handleConnection(connection);
      } else if (status.type === 'error') {
        this.report(status.error);
      }
    }
  }

  private handleConnection(connection: NatsConnection): void {
    this.isConnected = true;
    this.lastFault = '';
    this.logger.log(`Connected to the broker at ${connection.getServer()} ${this.purpose}.`);
    for (const listener of this.listeners) {
      listener(connection).catch((error: unknown) => this.report(error));
    }
  }

  /** A broker that is away for hours is one line in the log. */
  private report(error: unknown): void {
    const fault = error instanceof Error ? error.message : String(error);
    if (fault === this.lastFault || this.stopping.signal.aborted) return;
    this.lastFault = fault;
    this.logger.warn(`The broker at ${this.url} cannot be used ${this.purpose} (${fault}); trying again.`);
  }

  private options(): ConnectionOptions {
    return {
      ...addressOptions(this.url),
      name: 'pos-licensing',
      maxReconnectAttempts: -1,
      // A broker that restarts may refuse the login for a while; two refusals in a row must not end the connection.
      ignoreAuthErrorAbort: true,
      reconnectTimeWait: retryMs,
      reconnectJitter: retryMs,
      pingInterval: 10_000,
      maxPingOut: 2,
      timeout: 5000,
    };
  }
}
