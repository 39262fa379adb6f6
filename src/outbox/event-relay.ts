import { Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Leadership } from '../coordination/leadership.js';
import type { Clock } from '../domain/ports/clock.js';
import type { LicenseStore } from '../domain/ports/license-store.js';
import type { BrokerLink } from '../messaging/broker-link.js';
import type { CommittedEvent } from './committed-event.js';
import type { EventStream } from './event-stream.js';
import { eventSubjects } from '../events/streams.js';
import type { Outbox } from './outbox.js';

const batchSize = 256;
const safetyNetMs = 5000;

/** Where events are taken, and how far that has come. */
export interface EventTarget {
  readonly outbox: Outbox;
  readonly stream: EventStream;
  readonly link: Pick<BrokerLink, 'current' | 'onConnected'>;
  /** How the log begins to speak of the events. */
  readonly whose: string;
}

/**
 * Takes committed events to a broker: woken by each commit and each connection, in the order in which they happened,
 * until the stream has acknowledged them. An event may come twice, with the same id, but is never lost.
 */
export abstract class EventRelay implements OnModuleInit {
  private readonly logger = new Logger('Outbox');
  private isDraining = false;
  private hasNewWork = false;
  /** Whether the stream may be missing or behind: at each connection, and after each fault. */
  private needsRestore = true;
  private lastFault = '';
  private readonly listeners = new Set<(event: CommittedEvent) => void>();

  constructor(
    private readonly target: EventTarget,
    private readonly store: LicenseStore,
    private readonly leadership: Leadership,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.store.onCommit(() => void this.drain());
    this.target.link.onConnected(async () => {
      this.needsRestore = true;
      await this.drain();
    });
  }

  /** Calls back for each event that the stream has acknowledged; one that comes twice is called twice. */
  onPublished(listener: (event: CommittedEvent) => void): void {
    this.listeners.add(listener);
  }

  /** Publishes everything that waits. Never rejects: what could not be published is tried again. */
  @Interval(safetyNetMs)
  async drain(): Promise<void> {
    this.hasNewWork = true;
    if (this.isDraining) return;
    this.isDraining = true;
    while (this.hasNewWork) {
      this.hasNewWork = false;
      try {
        await this.publishWaiting();
        this.lastFault = '';
      } catch (error) {
        // A connection that came while this attempt was failing has set `hasNewWork`, so that it is not waited for twice.
        this.needsRestore = true;
        this.report(error);
      }
    }
    this.isDraining = false;
  }

  private async publishWaiting(): Promise<void> {
    const { outbox, stream, link } = this.target;
    for (;;) {
      const connection = link.current;
      if (connection === null || !(await this.leadership.isLeader())) return;
      if (this.needsRestore) await this.restore(connection);
      const events = await outbox.readUnpublished(batchSize);
      if (events.length === 0) return;
      const stored = events.slice(0, await stream.publish(connection, events));
      await outbox.markPublished(
        stored.map((event) => event.sequence),
        this.clock.now(),
      );
      for (const event of stored) this.listeners.forEach((listener) => listener(event));
      this.logger.debug(`${stored.length} event(s) published.`);
    }
  }

  /** A broker whose storage was lost gets the last event of each subject again, for registers that come later. */
  private async restore(connection: NatsConnection): Promise<void> {
    // Before the work: a connection that comes meanwhile asks for it again.
    this.needsRestore = false;
    const { outbox, stream, whose } = this.target;
    await stream.ensure(connection);
    for (const subject of eventSubjects) {
      const last = await outbox.lastPublished(subject);
      if (last === null || (await stream.contains(connection, last))) continue;
      this.logger.warn(`${whose}: the stream has lost its last ${subject}; publishing it again.`);
      await outbox.markUnpublished(last.sequence);
    }
  }

  protected report(error: unknown): void {
    const fault = error instanceof Error ? error.message : String(error);
    if (fault === this.lastFault) return;
    this.lastFault = fault;
    this.logger.warn(`${this.target.whose} wait in the outbox (${fault}); trying again.`);
  }
}
