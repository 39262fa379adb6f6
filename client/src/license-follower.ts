import { setTimeout as delay } from 'node:timers/promises';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { BrokerFinder, type FoundBroker } from './broker-finder.js';
import { connectionOptionsFor } from './create-connection-options.js';
import { type ConnectionListener, followConnection } from './follow-connection.js';
import type { ConnectionChange, Delivery, Drop, FollowLicenseOptions } from './follow-license-options.js';
import { type Identity, idOf, readIdentity } from './identity.js';
import { computeStanding, type Standing } from './compute-standing.js';
import { KnownLicense } from './known-license.js';
import type { LicenseEvent, LicenseSubject, TokenExpiringEvent } from './license-event.js';
import { LicenseServerError } from './license-server-error.js';
import type { LicenseView } from './license-view.js';
import { parseLicenseEvent } from './parse-license-event.js';
import { type Verification, type VerificationRequest, verifyToken } from './verify-token.js';

/** Attempts at a broker address that the server reported, before the address is requested again. */
const ATTEMPTS_AT_FOUND_BROKER = 10;

/** Follows the license of a POS server: returns its last state at any time and calls back at each change. */
export class LicenseFollower {
  readonly #options: FollowLicenseOptions;
  readonly #identity: Identity;
  readonly #finder: BrokerFinder;
  readonly #connect: typeof connect;
  readonly #closing = new AbortController();
  #known: KnownLicense;
  #knownServerId: string | undefined;
  #connection: NatsConnection | null = null;
  #lastChange: ConnectionChange | null = null;

  /** @throws InvalidOptionsError */
  constructor(options: FollowLicenseOptions, connectTo = connect) {
    this.#options = options;
    this.#connect = connectTo;
    this.#identity = readIdentity(options);
    this.#finder = new BrokerFinder(this.#identity, options);
    this.#knownServerId = this.#finder.serverId;
    this.#known = new KnownLicense(this.#knownServerId);
    void this.#run();
  }

  /** Returns the last published license, with the `sequence` of its event; `null` if no event was received yet. */
  current(): LicenseView | null {
    const event = this.#known.status;
    return event && { ...event.data, sequence: event.sequence };
  }

  /** Returns the last warning of the server's token; `null` if there is none or the token has been replaced. */
  tokenWarning(): TokenExpiringEvent | null {
    return this.#known.tokenWarning;
  }

  /**
   * Returns whether this register may sell at `now`, the reason, and until when. It uses the last published license and,
   * with a `device`, the device's own license. It needs no connection.
   * @param now default: the time of the device clock, or else of this machine
   */
  standing(now?: Date): Standing {
    const device = 'device' in this.#options ? this.#options.device : null;
    return computeStanding(this.current(), device, now ?? device?.clock.now() ?? new Date());
  }

  /** Returns the `isLicensed` of {@link standing}. */
  isLicensed(now?: Date): boolean {
    return this.standing(now).isLicensed;
  }

  /**
   * Asks the server to verify the license token of another device, for example between registers.
   * @param request the token, or the token with its DPoP proof
   * @throws LicenseServerError `not-connected`, `no-answer` (after 5 s), `answer-not-readable`
   */
  async verify(request: string | VerificationRequest): Promise<Verification> {
    if (this.#connection === null || this.#connection.isClosed()) {
      throw new LicenseServerError('not-connected', 'There is no connection to the broker.');
    }
    return verifyToken(this.#connection, typeof request === 'string' ? { token: request } : request);
  }

  /** Closes the connection and stops all callbacks. Further calls have no effect. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#connection?.close();
  }

  /** Opens a new connection whenever the current one has closed permanently. */
  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const reason = await this.#connectAndFollow();
      this.#reportConnection({ state: 'disconnected', reason });
      await delay(1_000 + Math.random() * 1_000, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Resolves to the reason why the connection failed or closed. */
  async #connectAndFollow(): Promise<string> {
    try {
      const broker = await this.#finder.find();
      this.#expectServer(broker.serverId);
      // Without `waitOnFirstConnect`: it hides the reason of a failure, and close() cannot interrupt it.
      const connection = await this.#connect(this.#connectionOptions(broker));
      this.#connection = connection;
      if (this.#closing.signal.aborted) await connection.close();
      return await followConnection(connection, this.#listener);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      this.#connection = null;
    }
  }

  #connectionOptions(broker: FoundBroker): NodeConnectionOptions {
    const { servers, serverId, isAskedFor } = broker;
    const id = idOf(this.#identity);
    const options = connectionOptionsFor(this.#identity, { ...this.#options, natsUrl: servers });
    const authenticate = [options.authenticator ?? []].flat();
    const leaveIfMoved = (): void => {
      // After an authorization as another device or for another hub, the inbox and the address are wrong.
      if (idOf(this.#identity) !== id || this.#finder.serverId !== serverId) void this.#connection?.close();
    };
    return {
      ...options,
      authenticator: [leaveIfMoved, ...authenticate],
      ...(isAskedFor ? { maxReconnectAttempts: ATTEMPTS_AT_FOUND_BROKER } : {}),
    };
  }

  /** Drops the known events when the server to follow changes. */
  #expectServer(serverId: string | undefined): void {
    if (serverId === this.#knownServerId) return;
    this.#knownServerId = serverId;
    this.#known = new KnownLicense(serverId);
  }

  readonly #listener: ConnectionListener = {
    receive: (subject, body, kind) => this.#receive(subject, body, kind),
    receiveStatus: (body) => void this.#receive('license.status', body, 'stored', true),
    connected: (broker) => this.#reportConnection({ state: 'connected', broker }),
    disconnected: (reason) => this.#reportConnection({ state: 'disconnected', reason }),
    caughtUp: () => this.#callBack(() => this.#options.onCaughtUp?.(this.current())),
  };

  /** @param isFinal whether the event counts even with a lower sequence than known */
  #receive(subject: LicenseSubject, body: Uint8Array, kind: Delivery['kind'], isFinal = false): boolean {
    const delivery: Delivery = { kind, receivedAt: new Date() };
    const parsed = parseLicenseEvent(subject, body);
    if (parsed.kind === 'refused') {
      this.#reportDropped({ subject, reason: parsed.reason, detail: parsed.detail });
      return false;
    }
    const { event } = parsed;
    const consideration = this.#known.consider(event, delivery.receivedAt, isFinal);
    if (consideration === 'news') {
      this.#callBack(() => this.#deliver(event, delivery));
    } else {
      const detail = `event ${event.id} of ${event.source}, sequence ${event.sequence}`;
      this.#reportDropped({ subject, reason: consideration, detail });
    }
    return consideration === 'news' || consideration === 'duplicate';
  }

  #deliver(event: LicenseEvent, delivery: Delivery): void | Promise<void> {
    return event.type === 'license.status'
      ? this.#options.onLicenseStatus?.(event, delivery)
      : this.#options.onTokenExpiring?.(event, delivery);
  }

  #reportDropped(drop: Drop): void {
    this.#callBack(() => this.#options.onDropped?.(drop));
  }

  /** Reports a disconnection once for each reason, however often NATS repeats it. */
  #reportConnection(change: ConnectionChange): void {
    if (isSameChange(this.#lastChange, change)) return;
    this.#lastChange = change;
    this.#callBack(() => this.#options.onConnection?.(change));
  }

  /** Runs a callback. Its error becomes a process warning, because a throw here would hang the connection. */
  #callBack(callback: () => void | Promise<void>): void {
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
