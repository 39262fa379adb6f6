import { Injectable, Logger } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { storesStreamName, storesSubject } from '../events/streams.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { HubLink } from '../messaging/hub-link.js';
import type { CommittedEvent } from './committed-event.js';
import type { EventStream } from './event-stream.js';
import { keepsEvent, type StreamSubject } from './keeps-event.js';
import { publishEvent } from './publish-event.js';

/** The connection is about to be replaced by one with the license that this server has by now. */
class ForeignConnectionError extends Error {
  readonly code = 'foreign-connection';

  constructor() {
    super('The connection is still that of another license.');
    this.name = 'ForeignConnectionError';
  }
}

/** The hub's stream of all its stores' events, as this store may use it: for what is its own. */
@Injectable()
export class HubStream implements EventStream {
  private readonly logger = new Logger('Outbox');

  constructor(
    private readonly link: HubLink,
    private readonly store: LicenseStore,
  ) {}

  /** The hub looks after it. */
  async ensure(): Promise<void> {}

  async contains(connection: NatsConnection, event: CommittedEvent): Promise<boolean> {
    const serverId = serverIdOf(event);
    // What this server told as another device, it cannot tell again.
    if (serverId !== this.link.serverId) return true;
    return keepsEvent(connection, targetOf(serverId, event), event);
  }

  /**
   * One at a time: an event that fails must not be overtaken. The stream has other stores' events in between, so none can
   * name the one before it as the last that the stream must hold.
   */
  async publish(connection: NatsConnection, events: readonly CommittedEvent[]): Promise<number> {
    let done = 0;
    for (const event of events) {
      try {
        await this.publishOne(connection, event);
        done += 1;
      } catch (error) {
        if (done === 0) throw error;
        break;
      }
    }
    return done;
  }

  private async publishOne(connection: NatsConnection, event: CommittedEvent): Promise<void> {
    const serverId = serverIdOf(event);
    if (serverId !== this.link.serverId) {
      if (serverId === this.store.state.identity?.serverId) throw new ForeignConnectionError();
      // What it had to tell as the device before, the hub would take for forged.
      this.logger.warn(
        `Event ${event.eventId} of ${serverId} never reaches the hub: this server is another now.`,
      );
      return;
    }
    await publishEvent(connection, targetOf(serverId, event), event);
  }
}

/** The CloudEvents `subject`: whose event it is, whoever this server is by now. */
function serverIdOf({ body }: CommittedEvent): string {
  return (JSON.parse(body) as { subject: string }).subject;
}

function targetOf(serverId: string, { subject }: CommittedEvent): StreamSubject {
  return { stream: storesStreamName, subject: storesSubject(serverId, subject) };
}
