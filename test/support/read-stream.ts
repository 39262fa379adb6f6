import { jetstream, jetstreamManager, type StreamInfo } from '@nats-io/jetstream';
import { connect, type Msg, type NatsConnection, type RequestOptions } from '@nats-io/transport-node';
import type { CloudEventJson, ReceivedEvent } from './register-connection.js';
import type { TestNats } from './start-nats.js';

/** Connects with the credentials of the service, to read or change the stream itself. */
export function connectAsService(nats: TestNats): Promise<NatsConnection> {
  const { user, password } = nats.serviceUser;
  return connect({
    servers: nats.url,
    user,
    pass: password,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
  });
}

/** Sends a request. The library waits only a second for an answer, which a loaded machine can exceed. */
export function requestAnswer(
  connection: NatsConnection,
  subject: string,
  data = '',
  options: Partial<RequestOptions> = {},
): Promise<Msg> {
  return connection.request(subject, data, { timeout: 10_000, ...options });
}

/** Reads all messages of a stream in order. */
export async function readStream(nats: TestNats, name = 'LICENSING'): Promise<ReceivedEvent[]> {
  const connection = await connectAsService(nats);
  try {
    const { state } = await streamInfo(connection, name);
    if (state.messages === 0) return [];
    const consumer = await jetstream(connection).consumers.get(name);
    const received: ReceivedEvent[] = [];
    for await (const message of await consumer.fetch({ max_messages: state.messages, expires: 10_000 })) {
      received.push({
        subject: message.subject,
        messageId: message.headers?.get('Nats-Msg-Id') ?? '',
        event: message.json<CloudEventJson>(),
      });
    }
    return received;
  } finally {
    await connection.close();
  }
}

export async function streamInfo(connection: NatsConnection, name = 'LICENSING'): Promise<StreamInfo> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  return manager.streams.info(name);
}
