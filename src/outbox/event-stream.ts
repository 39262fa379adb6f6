import type { NatsConnection } from '@nats-io/transport-node';
import type { CommittedEvent } from './committed-event.js';

/** A JetStream stream to which the events of this server are published. */
export interface EventStream {
  /** Creates or updates the stream if this service owns it. */
  ensure(connection: NatsConnection): Promise<void>;

  /** Resolves to whether the stream still has an acknowledged event, or a later one of its subject. */
  contains(connection: NatsConnection, event: CommittedEvent): Promise<boolean>;

  /**
   * Publishes events in their order. Resolves to how many, from the first, need no retry.
   * @throws if the first one fails
   */
  publish(connection: NatsConnection, events: readonly CommittedEvent[]): Promise<number>;
}
