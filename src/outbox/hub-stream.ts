import { Injectable, Logger } from '@nestjs/common';
import { type NatsConnection, PermissionViolationError } from '@nats-io/transport-node';
import { storesStreamName, storesSubject } from '../events/streams.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { HubLink } from '../messaging/hub-link.js';
import { storedSubject } from '../messaging/peer-permissions.js';
import type { CommittedEvent } from './committed-event.js';
import type { EventStream } from './event-stream.js';
import { HubMessageIds } from './hub-message-ids.js';
import { isSameOrLater, keepsEvent, type StreamSubject, toStoredEvent } from './keeps-event.js';
import { publishEvent } from './publish-event.js';

const timeoutMs = 5000;

/** The connection belongs to an earlier identity of this server and is about to be replaced. */
class ForeignConnectionError extends Error {
  readonly code = 'foreign-connection';

  constructor() {
    super('The connection still has the login of an earlier license.');
    this.name = 'ForeignConnectionError';
  }
}

/** Gives this store access to its own events in the hub's stream of all stores. */
@Injectable()
export class HubStream implements EventStream {
  private readonly logger = new Logger('Outbox');

  constructor(
    private readonly link: HubLink,
    private readonly store: LicenseStore,
    private readonly messageIds: HubMessageIds,
  ) {}

  /** Does nothing: the hub owns the stream. */
  async ensure(): Promise<void> {}

  async contains(connection: NatsConnection, event: CommittedEvent): Promise<boolean> {
    const serverId = serverIdOf(event);
    // The hub accepts no events under an earlier identity, so a lost one cannot be published again.
    if (serverId !== this.link.serverId) return true;
    return this.keeps(connection, serverId, event);
  }

  /**
   * Publishes one event at a time, so that none overtakes one that fails. An expected last message cannot ensure that here,
   * because other stores publish to the same stream.
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
      // The hub would reject events of this server's previous identity as forged.
      this.logger.warn(
        `Event ${event.eventId} is not published to the hub: it belongs to ${serverId}, an earlier identity of this server.`,
      );
      return;
    }
    const messageIdOf = await this.messageIds.derivation();
    const keeps = () => this.keeps(connection, serverId, event);
    await publishEvent(connection, { ...targetOf(serverId, event), messageIdOf, keeps }, event);
  }

  /** Asks the hub what it has stored of this server. */
  private async keeps(connection: NatsConnection, serverId: string, event: CommittedEvent): Promise<boolean> {
    try {
      const answer = await connection.request(storedSubject, '', { timeout: timeoutMs });
      const stored = answer.json<Readonly<Record<string, unknown>> | null>();
      return isSameOrLater(toStoredEvent(stored?.[event.subject]), event);
    } catch (error) {
      // The hub, or the configuration of its broker, is of an older version: it permits reading the event itself.
      if (isNotPermitted(error)) return keepsEvent(connection, targetOf(serverId, event), event);
      throw error;
    }
  }
}

function isNotPermitted(error: unknown): boolean {
  return [error, (error as Error).cause].some((cause) => cause instanceof PermissionViolationError);
}

/** Returns the CloudEvents `subject`: the server id under which the event was emitted. */
function serverIdOf({ body }: CommittedEvent): string {
  return (JSON.parse(body) as { subject: string }).subject;
}

function targetOf(serverId: string, { subject }: CommittedEvent): StreamSubject {
  return { stream: storesStreamName, subject: storesSubject(serverId, subject) };
}
