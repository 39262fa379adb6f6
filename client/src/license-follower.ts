import { setTimeout as delay } from 'node:timers/promises';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { createConnectionOptions } from './create-connection-options.js';
import { type ConnectionListener, followConnection } from './follow-connection.js';
import type { ConnectionChange, Delivery, Drop, FollowLicenseOptions } from './follow-license-options.js';
import { isLicensedAt } from './is-licensed-at.js';
import { KnownLicense } from './known-license.js';
import type { LicenseEvent, LicenseSubject, TokenExpiringEvent } from './license-event.js';
import type { LicenseView } from './license-view.js';
import { parseLicenseEvent } from './parse-license-event.js';

/** Follows the license of a POS server: what it told last, at any moment, and each change as it happens. */
export class LicenseFollower {
  readonly #options: FollowLicenseOptions;
  readonly #connectionOptions: NodeConnectionOptions;
  readonly #known: KnownLicense;
  readonly #closing = new AbortController();
  #connection: NatsConnection | null = null;
  #lastChange: ConnectionChange | null = null;

  /** @throws InvalidOptionsError */
  constructor(options: FollowLicenseOptions) {
    this.#options = options;
    this.#connectionOptions = createConnectionOptions(options);
    this.#known = new KnownLicense(options.serverId);
    void this.#run();
  }

  /** The license as the server told it last, with the sequence of that event; null: nothing was heard yet. */
  current(): LicenseView | null {
    const event = this.#known.status;
    return event && { ...event.data, sequence: event.sequence };
  }

  /** The last warning of the server's token, as long as it is about the present token. */
  tokenWarning(): TokenExpiringEvent | null {
    return this.#known.tokenWarning;
  }

  /**
   * Tells whether the server's license holds at `now`: its status, renewal date and token say so. It needs no
   * connection, so a register goes on for as long as the token that it heard of last.
   */
  isLicensed(now = new Date()): boolean {
    return isLicensedAt(this.current(), now);
  }

  /** Ends the connection; no callback comes any more. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#connection?.close();
  }

  /** The outer loop: whatever ends a connection for good, a new one is tried. */
  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const reason = await this.#connectAndFollow();
      this.#tellConnection({ state: 'disconnected', reason });
      await delay(1_000 + Math.random() * 1_000, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Resolves to why there is no connection (any more). */
  async #connectAndFollow(): Promise<string> {
    try {
      // Not with `waitOnFirstConnect`: it hides why there is no connection yet, and cannot be given up by close().
      const connection = await connect(this.#connectionOptions);
      this.#connection = connection;
      if (this.#closing.signal.aborted) await connection.close();
      return await followConnection(connection, this.#listener);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  readonly #listener: ConnectionListener = {
    receive: (subject, body, kind) => this.#receive(subject, body, kind),
    connected: (broker) => this.#tellConnection({ state: 'connected', broker }),
    disconnected: (reason) => this.#tellConnection({ state: 'disconnected', reason }),
    caughtUp: () => this.#tell(() => this.#options.onCaughtUp?.(this.current())),
  };

  #receive(subject: LicenseSubject, body: Uint8Array, kind: Delivery['kind']): void {
    const delivery: Delivery = { kind, receivedAt: new Date() };
    const parsed = parseLicenseEvent(subject, body);
    if (parsed.kind === 'refused') {
      this.#tellDropped({ subject, reason: parsed.reason, detail: parsed.detail });
      return;
    }
    const { event } = parsed;
    const consideration = this.#known.consider(event, delivery.receivedAt);
    if (consideration === 'news') {
      this.#tell(() => this.#tellEvent(event, delivery));
    } else {
      const detail = `event ${event.id} of ${event.source}, sequence ${event.sequence}`;
      this.#tellDropped({ subject, reason: consideration, detail });
    }
  }

  #tellEvent(event: LicenseEvent, delivery: Delivery): void | Promise<void> {
    return event.type === 'license.status'
      ? this.#options.onLicenseStatus?.(event, delivery)
      : this.#options.onTokenExpiring?.(event, delivery);
  }

  #tellDropped(drop: Drop): void {
    this.#tell(() => this.#options.onDropped?.(drop));
  }

  /** One outage, told once for each of its reasons, however often NATS repeats it. */
  #tellConnection(change: ConnectionChange): void {
    if (isSameChange(this.#lastChange, change)) return;
    this.#lastChange = change;
    this.#tell(() => this.#options.onConnection?.(change));
  }

  /** A callback that fails is told as a warning of the process: thrown here, it would freeze the connection. */
  #tell(callback: () => void | Promise<void>): void {
    if (this.#closing.signal.aborted) return;
    void (async () => callback())().catch((error: unknown) => {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.emitWarning('A callback given to followLicense failed.', {
        code: 'license-callback-failed',
        detail,
      });
    });
  }
}

function isSameChange(one: ConnectionChange | null, other: ConnectionChange): boolean {
  if (one?.state === 'disconnected' && other.state === 'disconnected') return one.reason === other.reason;
  return one?.state === other.state;
}
