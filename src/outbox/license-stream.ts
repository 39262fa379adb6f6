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
  // No wildcard: the stream would also acknowledge requests on other subjects, and senders would take that for an answer.
  subjects: [...eventSubjects],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  max_msgs_per_subject: 1000,
  allow_direct: true,
  // Longer than the pause between two tries of the relay. Subscribers deduplicate by id as well.
  duplicate_window: 3600e9,
};

/** Stores the events for registers that were disconnected. */
@Injectable()
export class LicenseStream implements EventStream {
  private readonly replicas: number;

  constructor({ nats }: Settings) {
    this.replicas = nats.streamReplicas;
  }

  async ensure(connection: NatsConnection): Promise<void> {
    await ensureStream(connection, { ...definition, num_replicas: this.replicas });
  }

  contains(connection: NatsConnection, event: CommittedEvent): Promise<boolean> {
    return keepsEvent(connection, targetOf(event), event);
  }

  /**
   * Publishes events concurrently. Each names its predecessor as the expected last message, so that none overtakes one that
   * fails.
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
