import { Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { NatsConnection } from '@nats-io/transport-node';
import { Subject } from 'rxjs';
import type { Leadership } from '../coordination/leadership.js';
import type { Clock } from '../domain/ports/clock.js';
import type { LicenseStore } from '../domain/ports/license-store.js';
import { FaultLog } from '../logging/fault-log.js';
import type { BrokerLink } from '../messaging/broker-link.js';
import type { CommittedEvent } from './committed-event.js';
import type { EventStream } from './event-stream.js';
import { eventSubjects } from '../events/streams.js';
import type { Outbox } from './outbox.js';

const batchSize = 256;
/** More than the ids take that are sent with an event. */
const maxHeaderBytes = 512;
const safetyNetMs = 5000;
const streamCheckMs = 60_000;

export interface EventTarget {
  readonly outbox: Outbox;
  readonly stream: EventStream;
  readonly link: Pick<BrokerLink, 'current' | 'onConnected'>;
  /** The name of the broker in the log. */
  readonly destination: string;
}

/**
 * Publishes committed events in their order, at each commit and each connection, until the stream has acknowledged them. An
 * event may be published twice, with the same id, but is never lost.
 */
export abstract class EventRelay implements OnModuleInit {
  protected readonly logger = new Logger('Outbox');
  private isDraining = false;
  private hasNewWork = false;
  /** Whether the stream may have lost events: after each connection and each fault, and every minute. */
  private needsRestore = true;
  private readonly faults: FaultLog;
  /** Emits each event that the stream has acknowledged, twice if it is published twice. */
  readonly published = new Subject<CommittedEvent>();
  /** The last event that the stream had lost, and when that was noticed; `null` if it lost none since the start. */
  lastLoss: { readonly subject: string; readonly noticedAt: Date } | null = null;

  constructor(
    private readonly target: EventTarget,
    private readonly store: LicenseStore,
    private readonly leadership: Leadership,
    private readonly clock: Clock,
  ) {
    const task = `Publishing to ${target.destination}`;
    this.faults = new FaultLog(this.logger, task, 'The events stay queued and will be retried.');
  }

  onModuleInit(): void {
    this.store.onCommit(() => void this.drain());
    this.target.link.onConnected(async () => {
      this.needsRestore = true;
      // The broker may have a higher limit now.
      this.target.outbox.setAside.clear();
      await this.drain();
    });
  }

  /** Publishes all queued events. Never rejects: an event that fails stays queued. */
  @Interval(safetyNetMs)
  async drain(): Promise<void> {
    this.hasNewWork = true;
    if (this.isDraining) return;
    this.isDraining = true;
    while (this.hasNewWork) {
      this.hasNewWork = false;
      try {
        await this.publishWaiting();
      } catch (error) {
        // A connection during this attempt has set `hasNewWork`, so the next attempt follows immediately.
        this.needsRestore = true;
        this.faults.report(error);
      }
    }
    this.isDraining = false;
  }

  /** Notices within a minute that others purged or deleted the stream, or published to it, while this service is connected. */
  @Interval(streamCheckMs)
  async checkStream(): Promise<void> {
    this.needsRestore = true;
    await this.drain();
  }

  private async publishWaiting(): Promise<void> {
    const { outbox, stream, link } = this.target;
    for (;;) {
      const connection = link.current;
      if (connection === null || !(await this.leadership.isLeader())) return;
      if (this.needsRestore) await this.restore(connection);
      const events = await outbox.readUnpublished(batchSize);
      if (events.length === 0) return this.faults.end();
      if (this.setAsideTooLarge(connection, events)) continue;
      const stored = events.slice(0, await stream.publish(connection, events));
      const replaced = this.findReplaced(stored);
      const done = [...stored.map((event) => event.sequence), ...replaced];
      await outbox.markPublished(done, this.clock.now());
      for (const sequence of replaced) outbox.setAside.delete(sequence);
      for (const event of stored) this.published.next(event);
      this.logger.debug(`${stored.length} event(s) published.`);
    }
  }

  /**
   * Returns the events that were set aside and are older than a published one of their subject. They are never published:
   * the last message of a subject is its current event.
   */
  private findReplaced(stored: readonly CommittedEvent[]): number[] {
    return [...this.target.outbox.setAside].flatMap(([sequence, subject]) =>
      stored.some((event) => event.subject === subject && event.sequence > sequence) ? [sequence] : [],
    );
  }

  /** Sets aside events above the limit of the broker, which would refuse them at each attempt. Returns whether there were any. */
  private setAsideTooLarge(connection: NatsConnection, events: readonly CommittedEvent[]): boolean {
    const maxBytes = (connection.info?.max_payload ?? Infinity) - maxHeaderBytes;
    const tooLarge = events.filter(({ body }) => Buffer.byteLength(body) > maxBytes);
    for (const { sequence, subject, body } of tooLarge) {
      this.target.outbox.setAside.set(sequence, subject);
      this.logger.error(
        `Event ${sequence} (${subject}, ${Buffer.byteLength(body)} bytes) is set aside: ${this.target.destination} refuses ` +
          'messages of this size. Raise max_payload there.',
      );
    }
    return tooLarge.length > 0;
  }

  /** Publishes the last event of each subject again if the stream lost it, for registers that connect later. */
  private async restore(connection: NatsConnection): Promise<void> {
    // Before the work, because a connection during it requires another restore.
    this.needsRestore = false;
    const { outbox, stream, destination } = this.target;
    await stream.ensure(connection);
    for (const subject of eventSubjects) {
      const last = await outbox.lastPublished(subject);
      if (last === null || (await stream.contains(connection, last))) continue;
      this.logger.warn(`The stream of ${destination} lost its last ${subject} event. It is published again.`);
      this.lastLoss = { subject, noticedAt: this.clock.now() };
      await outbox.markUnpublished(last.sequence);
    }
  }
}
