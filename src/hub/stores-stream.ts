import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import {
  AckPolicy,
  type Consumer,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Settings } from '../config/settings.js';
import { storesStreamName, storesSubjects } from '../events/streams.js';
import { ensureStream, type StreamDefinition } from '../messaging/ensure-stream.js';
import { NatsLink } from '../messaging/nats-link.js';
import type { StreamCursor } from './stores-cursor.js';

/** After this time the broker removes the consumer of a reader that disappeared. */
const forgottenAfterNanos = 60e9;

const definition: StreamDefinition = {
  name: storesStreamName,
  subjects: storesSubjects,
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  // A store that is taken over fills at most 2.6 MB: its two subjects, 20 messages each, 64 KB each. So some fifty of them could
  // not displace what the others stored, and the rest of the disk stays for this server's own events.
  max_msgs_per_subject: 20,
  max_msg_size: 65_536,
  max_bytes: 128 * 1024 * 1024,
  allow_direct: true,
  // A store publishes again if it missed the acknowledgement, even hours later.
  duplicate_window: 86_400e9,
};

/** Manages the JetStream stream to which store servers publish their events when this server is their hub. */
@Injectable()
export class StoresStream implements OnModuleInit {
  private readonly logger = new Logger('Hub');

  constructor(
    private readonly link: NatsLink,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.link.onConnected(async (connection) => {
      await this.ensure(connection);
      this.logger.debug(`The stream ${storesStreamName} exists.`);
    });
  }

  /** Reads on after a cursor. Without one, or if that is shorter, reads the last message of each store. */
  async read(
    connection: NatsConnection,
    cursor: StreamCursor | null,
  ): Promise<{ consumer: Consumer; created: string }> {
    await this.ensure(connection);
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const info = await manager.streams.info(storesStreamName);
    const { name } = await manager.consumers.add(storesStreamName, {
      ack_policy: AckPolicy.None,
      mem_storage: true,
      inactive_threshold: forgottenAfterNanos,
      filter_subjects: definition.subjects,
      ...startAfter(cursor, info),
    });
    const consumer = await jetstream(connection).consumers.get(storesStreamName, name);
    return { consumer, created: info.created };
  }

  private ensure(connection: NatsConnection): Promise<void> {
    const { streamReplicas } = this.settings.nats;
    return ensureStream(connection, { ...definition, num_replicas: streamReplicas });
  }
}

function startAfter(cursor: StreamCursor | null, { created, state }: StreamInfo): Partial<ConsumerConfig> {
  const missed = cursor?.created === created ? state.last_seq - cursor.sequence : -1;
  // A negative number means that the stream was restored from a backup.
  if (cursor === null || missed < 0 || missed > (state.num_subjects ?? 0)) {
    return { deliver_policy: DeliverPolicy.LastPerSubject };
  }
  return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: cursor.sequence + 1 };
}
