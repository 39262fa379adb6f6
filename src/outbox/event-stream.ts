import type { NatsConnection } from '@nats-io/transport-node';
import type { CommittedEvent } from './committed-event.js';

/** A JetStream stream that the events of this server are delivered to. */
export interface EventStream {
  /** Sees to it that the stream is there and as it should be, as far as that is for this service to do. */
  ensure(connection: NatsConnection): Promise<void>;

  /** Whether the stream still has an event that it has acknowledged, or a later one of its subject. */
  contains(connection: NatsConnection, event: CommittedEvent): Promise<boolean>;

  /**
   * Publishes events in their order and resolves to how many of them, from the first, are done with for certain.
   * @throws if it is none of them
   */
  publish(connection: NatsConnection, events: readonly CommittedEvent[]): Promise<number>;
}
