import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { ensureStream, type StreamDefinition } from '../messaging/ensure-stream.js';
import { NatsLink } from '../messaging/nats-link.js';

export const storesStreamName = 'STORES';

const definition: StreamDefinition = {
  name: storesStreamName,
  subjects: ['stores.*.license.status', 'stores.*.token.expiring'],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  // Of each store the newest: hundreds of stores share the space that a single one has to itself at home.
  max_msgs_per_subject: 100,
  allow_direct: true,
  // A store that did not get the acknowledgement sends again, also after an hour without the link.
  duplicate_window: 86_400e9,
};

/** The JetStream stream into which store servers deliver their events when this server is their hub. */
@Injectable()
export class StoresStream implements OnModuleInit {
  private readonly logger = new Logger('Hub');

  constructor(private readonly link: NatsLink) {}

  onModuleInit(): void {
    this.link.onConnected(async (connection) => {
      await ensureStream(connection, definition);
      this.logger.debug(`The stream ${storesStreamName} is there.`);
    });
  }
}
