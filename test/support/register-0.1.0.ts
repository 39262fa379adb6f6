import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { TestNats } from './start-nats.js';

const subjects = ['license.status', 'token.expiring'];

interface StoredEvent {
  readonly specversion: string;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly sequence: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * A register that uses the wire as the client library of version 0.1.0 does: it logs in with a password, subscribes to both
 * subjects, reads the last event of each after every connection, and keeps an event if its sequence is higher.
 */
export class Register010 {
  /** The events that it keeps, in order. */
  readonly events: StoredEvent[] = [];
  /** How often it has read the last events. */
  readings = 0;
  /** The messages that it cannot read. */
  readonly refused: string[] = [];
  readonly #arrivals = new EventEmitter();

  private constructor(readonly connection: NatsConnection) {
    for (const subject of subjects)
      connection.subscribe(subject, { callback: (_, { data }) => this.#receive(subject, data) });
    void this.#readAfterEachConnection();
  }

  static async connect({ url, registerUser: { user, password } }: TestNats): Promise<Register010> {
    const connection = await connect({
      servers: url,
      user,
      pass: password,
      inboxPrefix: `_INBOX.${user}`,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 1_000,
      reconnectJitter: 1_000,
      ignoreAuthErrorAbort: true,
    });
    return new Register010(connection);
  }

  /** Resolves once it keeps the event. */
  async seen(id: string): Promise<void> {
    const signal = AbortSignal.timeout(15_000);
    while (!this.events.some((event) => event.id === id)) await once(this.#arrivals, 'event', { signal });
  }

  async #readAfterEachConnection(): Promise<void> {
    await this.#readLastEvents();
    for await (const status of this.connection.status())
      if (status.type === 'reconnect') await this.#readLastEvents();
  }

  async #readLastEvents(): Promise<void> {
    while (!this.connection.isClosed()) {
      try {
        for (const subject of subjects) {
          const request = `$JS.API.DIRECT.GET.LICENSING.${subject}`;
          const { headers, data } = await this.connection.request(request, undefined, { timeout: 2_000 });
          if ((headers?.code ?? 0) === 0) this.#receive(subject, data);
        }
        this.readings += 1;
        return;
      } catch {
        await sleep(1_000);
      }
    }
  }

  #receive(subject: string, data: Uint8Array): void {
    const text = new TextDecoder().decode(data);
    const event = JSON.parse(text) as StoredEvent;
    if (!isReadable(event, subject)) this.refused.push(text);
    else if (event.sequence > (this.events.findLast(({ type }) => type === subject)?.sequence ?? '')) {
      this.events.push(event);
      this.#arrivals.emit('event');
    }
  }
}

const instant = /^\d{4}-\d\d-\d\dT.+(?:Z|[+-]\d\d:\d\d)$/;
const statuses = ['unlicensed', 'licensed', 'requires-renewal', 'expired'];

const isInstantOrNull = (value: unknown) =>
  value === null || (typeof value === 'string' && instant.test(value));

/** Checks what that version checks. */
function isReadable({ data, ...event }: StoredEvent, subject: string): boolean {
  const isEnvelope =
    event.specversion === '1.0' &&
    event.type === subject &&
    /^\/servers\/[^/]+$/.test(event.source) &&
    /^\d{16}$/.test(event.sequence) &&
    instant.test(event.time);
  if (subject === 'token.expiring')
    return isEnvelope && instant.test(String(data['expiresAt'])) && Number.isFinite(data['secondsRemaining']);
  const ends = [data['renewalDate'], (data['token'] as { expiresAt?: unknown } | null)?.expiresAt];
  const isStatus = statuses.includes(String(data['status']));
  return isEnvelope && isStatus && ends.every(isInstantOrNull);
}
