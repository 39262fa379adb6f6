import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

/** The `sequence` of the last event of a subject in a stream; null if it holds none. */
export async function readLastSequence(
  connection: NatsConnection,
  stream: string,
  subject: string,
): Promise<number | null> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const message = await manager.direct.getMessage(stream, { last_by_subj: subject });
  return message === null ? null : Number(message.json<{ sequence: string }>().sequence);
}
