import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Leadership } from '../coordination/leadership.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { NatsLink } from '../messaging/nats-link.js';
import { EventRelay } from './event-relay.js';
import { eventSubjects } from '../events/streams.js';
import { LicenseStream } from './license-stream.js';
import { Outbox } from './outbox.js';

const pruneIntervalMs = 3_600_000;
const keptMs = 7 * 86_400_000;

/** Publishes the events to this server's broker, for its registers. */
@Injectable()
export class OutboxRelay extends EventRelay {
  constructor(
    private readonly events: Outbox,
    stream: LicenseStream,
    link: NatsLink,
    store: LicenseStore,
    leadership: Leadership,
    private readonly time: Clock,
  ) {
    super({ outbox: events, stream, link, destination: 'the broker' }, store, leadership, time);
  }

  @Interval(pruneIntervalMs)
  async prune(): Promise<void> {
    await this.events
      .prune(new Date(this.time.now().getTime() - keptMs), eventSubjects)
      .catch((error: unknown) =>
        this.logger.warn(`Deleting old outbox events failed (${String(error)}). Retrying in an hour.`),
      );
  }
}
