import { setTimeout as sleep } from 'node:timers/promises';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import type { BrokerLogin } from '../config/settings.js';
import {
  AuthorizationError,
  connect,
  type ConnectionOptions,
  type NatsConnection,
  TimeoutError,
} from '@nats-io/transport-node';
import { endsWithin, whileEnding } from '../coordination/shutdown.js';
import { FaultLog } from '../logging/fault-log.js';
import { addressOptions } from './broker-address.js';

const retryMs = 1000;
// Four connections can end one after the other within the 9 s of a shutdown.
const drainTimeoutMs = 1000;
const closeTimeoutMs = 500;

/**
 * Keeps a connection to the broker for as long as the service runs. It retries in the background, so the service starts
 * without a broker and recovers from an outage of any length.
 */
export abstract class BrokerLink implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('NATS');
  private readonly listeners = new Set<(connection: NatsConnection) => Promise<void>>();
  private connection: NatsConnection | null = null;
  private readonly stopping = new AbortController();
  private readonly faults: FaultLog;
  private loop: Promise<void> = Promise.resolve();

  /** @param login `null` if the broker requires none */
  constructor(
    private readonly url: string,
    private readonly login: BrokerLogin | null,
    private readonly purpose: string,
  ) {
    this.faults = new FaultLog(this.logger, `Using the broker at ${url} ${purpose}`);
  }

  /** The connection, or `null` while it is down. */
  get current(): NatsConnection | null {
    return this.isConnected ? this.connection : null;
  }

  isConnected = false;

  /** The shortest wait before an attempt to connect again; the longest is twice as long. */
  protected readonly reconnectMs: number = retryMs;

  /** The doublings of the wait after a connection that could not be opened or has ended. */
  protected readonly leastDoublings: number = 0;

  /** Those after several failed logins. Registers depend on the broker of their own server, so the wait is at most 8 s. */
  protected readonly mostDoublings: number = 2;

  /** Returns the login for the next connection, or `null` if there is none yet. */
  protected nextLogin(): ConnectionOptions | null {
    return this.login === null ? {} : { user: this.login.user, pass: this.login.password };
  }

  /** Calls back at every connection and reconnection, which may pass the same connection object again. */
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

  /** Ends the connection within a limit, because a silent broker confirms neither a drain nor a close. */
  private async endConnection(): Promise<void> {
    const { connection } = this;
    if (connection !== null) {
      // A drain waits until the broker has acknowledged what was published.
      const isDrained = await endsWithin(drainTimeoutMs, connection.drain());
      if (!isDrained || !connection.isClosed()) await endsWithin(closeTimeoutMs, connection.close());
    }
    await endsWithin(closeTimeoutMs, this.loop);
  }

  private async keepConnected(): Promise<void> {
    let failedLogins = 0;
    while (!this.stopping.signal.aborted) {
      let doublings = 0;
      try {
        const login = this.nextLogin();
        if (login !== null) {
          doublings = this.leastDoublings;
          await this.serve(await connect({ ...this.options(), ...login }));
        }
        failedLogins = 0;
      } catch (error) {
        this.report(error);
        failedLogins = isFailedLogin(error) ? failedLogins + 1 : 0;
      }
      this.isConnected = false;
      this.connection = null;
      const delayMs = reconnectDelayMs(Math.min(doublings + failedLogins, this.mostDoublings));
      await sleep(delayMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** Resolves when the connection is closed permanently. */
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
        this.logger.warn(`Connection to the broker ${this.purpose} lost. Retrying until it is back.`);
      } else if (status.type === 'reconnect') {
        this.handleConnection(connection);
      } else if (status.type === 'error') {
        this.report(status.error);
      }
    }
  }

  private handleConnection(connection: NatsConnection): void {
    this.isConnected = true;
    this.faults.clear();
    this.logger.log(`Connected to the broker at ${connection.getServer()} ${this.purpose}.`);
    for (const listener of this.listeners) {
      listener(connection).catch((error: unknown) => this.report(error));
    }
  }

  private report(error: unknown): void {
    if (!this.stopping.signal.aborted) this.faults.report(error);
  }

  private options(): ConnectionOptions {
    return {
      ...addressOptions(this.url),
      name: 'pos-licensing',
      maxReconnectAttempts: -1,
      // A restarting broker may refuse the login for a while. By default two refusals in a row end the connection.
      ignoreAuthErrorAbort: true,
      reconnectTimeWait: this.reconnectMs,
      reconnectJitter: this.reconnectMs,
      reconnectJitterTLS: this.reconnectMs,
      pingInterval: 10_000,
      maxPingOut: 2,
      timeout: 5000,
      // Recording where each request began takes longer than sending it.
      noAsyncTraces: true,
    };
  }
}

function isFailedLogin(error: unknown): boolean {
  return error instanceof AuthorizationError || error instanceof TimeoutError;
}

/**
 * Returns the wait before the next attempt to connect. It is random, so that not all stores connect to a recovered broker in
 * one moment, and longer after failed logins: earlier attempts would keep a broker busy that has more logins than it can
 * answer in time.
 */
export function reconnectDelayMs(doublings: number, random = Math.random()): number {
  return retryMs * 2 ** doublings * (1 + random);
}
