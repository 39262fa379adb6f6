import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { requestAnswer } from './read-stream.js';
import type { LicenseJson } from './start-app.js';
import type { TestNats } from './start-nats.js';

const subjects = ['license.status', 'token.expiring'] as const;
type EventSubject = (typeof subjects)[number];

/** A received event: its subject, the `Nats-Msg-Id` of its header and the document. */
export interface ReceivedEvent {
  readonly subject: string;
  readonly messageId: string;
  readonly event: CloudEventJson;
}

export interface CloudEventJson {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly sequence: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A minimal register: the two subscriptions and the requests of the contract. */
export interface TestRegister {
  readonly connection: NatsConnection;
  /** All received events in order, repeats included. */
  readonly events: readonly ReceivedEvent[];
  /** Resolves to the first past or future event for which `isWanted` is true. */
  until(isWanted: (received: ReceivedEvent) => boolean): Promise<ReceivedEvent>;
  /** Returns the last event of a subject from the stream (`DIRECT.GET`); `null` if there is none (404). */
  last(subject: EventSubject): Promise<ReceivedEvent | null>;
  /** Requests `svc.licensing.status`. */
  status(): Promise<LicenseJson>;
  close(): Promise<void>;
}

/** Connects with the register's credentials, and resolves once the broker has its subscriptions. */
export async function connectRegister(nats: TestNats): Promise<TestRegister> {
  const connection = await connect({
    servers: nats.url,
    user: nats.registerUser.user,
    pass: nats.registerUser.password,
    inboxPrefix: '_INBOX.register',
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
    reconnectJitter: 50,
  });
  const events: ReceivedEvent[] = [];
  const waiting = new Set<() => void>();
  const take = (message: Msg): void => {
    const received = toReceived(message);
    // The contract requires this check, because another register can send anything to a subject of their account.
    if (received === null || received.event.type !== received.subject) return;
    events.push(received);
    for (const look of waiting) look();
  };
  for (const subject of subjects) {
    connection.subscribe(subject, { callback: (_error, message) => take(message) });
  }
  await connection.flush();
  return {
    connection,
    events,
    until: (isWanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = events.find((received) => isWanted(received));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    last: async (subject) => {
      const answer = await requestAnswer(connection, `$JS.API.DIRECT.GET.LICENSING.${subject}`);
      return toReceived(answer);
    },
    status: async () => (await requestAnswer(connection, 'svc.licensing.status')).json<LicenseJson>(),
    close: () => connection.close(),
  };
}

/** Returns `null` if the message is not an event. */
function toReceived(message: Msg): ReceivedEvent | null {
  if (message.data.length === 0) return null;
  return {
    // An answer of DIRECT.GET arrives on an inbox. A header contains the subject on which the event was published.
    subject: message.headers?.get('Nats-Subject') || message.subject,
    messageId: message.headers?.get('Nats-Msg-Id') ?? '',
    event: message.json<CloudEventJson>(),
  };
}
