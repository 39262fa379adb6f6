import { Injectable } from '@nestjs/common';
import { DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Settings } from '../config/settings.js';
import { eventSubjects, licenseStreamName } from '../events/streams.js';
import { ensureStream, type StreamDefinition } from '../messaging/ensure-stream.js';
import type { CommittedEvent } from './committed-event.js';
import type { EventStream } from './event-stream.js';
import { keepsEvent, type StreamSubject } from './keeps-event.js';
import { publishEvent } from './publish-event.js';

const definition: StreamDefinition = {
  name: licenseStreamName,
  // Exactly the two: a wider pattern would answer other requests with its own acknowledgement.
  subjects: [...eventSubjects],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  max_msgs_per_subject: 1000,
  allow_direct: true,
  // Longer than the wait between two tries of the relay; subscribers drop what they know by its id all the same.
  duplicate_window: 3600e9,
};

/** The JetStream stream that keeps the events for registers that were away. */
@Injectable()
export class LicenseStream implements EventStream {
  private readonly replicas: number;

  constructor({ nats }: Settings) {
    this.replicas = nats.streamReplicas;
  }

  /** Creates the stream, or brings it to the present configuration. Messages in it stay. */
  async ensure(connection: NatsConnection): Promise<void> {
    await ensureStream(connection, { ...definition, num_replicas: this.replicas });
  }

  contains(connection: NatsConnection, event: CommittedEvent): Promise<boolean> {
    return keepsEvent(connection, targetOf(event), event);
  }

  /**
   * Publishes events in their order and resolves to how many of them, from the first, the stream has stored for certain.
   * Each names the one before it as the last that the stream must hold, so that none can overtake one that was lost.
   */
  async publish(connection: NatsConnection, events: readonly CommittedEvent[]): Promise<number> {
    const results = await Promise.allSettled(
      events.map((event, index) => publishEvent(connection, targetOf(event), event, events[index - 1])),
    );
    const failed = results.findIndex((result) => result.status === 'rejected');
    if (failed === 0 && results[0]?.status === 'rejected') throw results[0].reason;
    return failed === -1 ? events.length : failed;
  }
}

function targetOf({ subject }: CommittedEvent): StreamSubject {
  return { stream: licenseStreamName, subject };
}
