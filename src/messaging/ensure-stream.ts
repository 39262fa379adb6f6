import { JetStreamApiError, jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

const notFound = 404;

export type StreamDefinition = Partial<StreamConfig> & { name: string; subjects: string[] };

/** Creates a stream, or updates its configuration and keeps its messages. */
export async function ensureStream(connection: NatsConnection, definition: StreamDefinition): Promise<void> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  try {
    await manager.streams.info(definition.name);
    await manager.streams.update(definition.name, definition);
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.status === notFound)) throw error;
    await manager.streams.add(definition);
  }
}
