import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { NatsConnection } from '@nats-io/transport-node';
import { Leadership } from '../licensing/leadership.js';
import { Clock } from '../licensing/ports/clock.js';
import { LicenseStore } from '../licensing/ports/license-store.js';
import { NatsLink } from '../messaging/nats-link.js';
import type { OutboxEventRow } from '../persistence/entities/outbox-event.entity.js';
import { eventSubjects, LicenseStream } from './license-stream.js';
import { Outbox } from './outbox.js';

const batchSize = 256;
const safetyNetMs = 5000;
const pruneIntervalMs = 3_600_000;
const keptMs = 7 * 86_400_000;

/**
 * Takes committed events to the broker: woken by each commit and each connection, in the order in which they happened,
 * until the stream has acknowledged them. An event may come twice, with the same id, but is never lost.
 */
@Injectable()
export class OutboxRelay implements OnModuleInit {
  private readonly logger = new Logger('Outbox');
  private isDraining = false;
  private isAgain = false;
  /** Whether the stream may be missing or behind: at each connection, and after each fault. */
  private needsRestore = true;
  private lastFault = '';
  private readonly listeners = new Set<(event: OutboxEventRow) => void>();

  constructor(
    private readonly outbox: Outbox,
    private readonly stream: LicenseStream,
    private readonly link: NatsLink,
    private readonly store: LicenseStore,
    private readonly leadership: Leadership,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.store.onCommit(() => void this.drain());
    this.link.onConnected(async () => {
      this.needsRestore = true;
      await this.drain();
    });
  }

  /** Calls back for each event that the stream has acknowledged; one that comes twice is called twice. */
  onPublished(listener: (event: OutboxEventRow) => void): void {
    this.listeners.add(listener);
  }

  /** Publishes everything that waits. Never rejects: what could not be published is tried again. */
  @Interval(safetyNetMs)
  async drain(): Promise<void> {
    this.isAgain = true;
    if (this.isDraining) return;
    this.isDraining = true;
    while (this.isAgain) {
      this.isAgain = false;
      try {
        await this.publishWaiting();
        this.lastFault = '';
      } catch (error) {
        // A connection that came while this attempt was failing has set `isAgain`, so that it is not waited for twice.
        this.needsRestore = true;
        this.report(error);
      }
    }
    this.isDraining = false;
  }

  @Interval(pruneIntervalMs)
  async prune(): Promise<void> {
    await this.outbox
      .prune(new Date(this.clock.now().getTime() - keptMs), eventSubjects)
      .catch((error: unknown) => this.report(error));
  }

  private async publishWaiting(): Promise<void> {
    for (;;) {
      const connection = this.link.current;
      if (connection === null || !(await this.leadership.holds())) return;
      if (this.needsRestore) await this.restore(connection);
      const events = await this.outbox.readUnpublished(batchSize);
      if (events.length === 0) return;
      const stored = events.slice(0, await this.stream.publish(connection, events));
      await this.outbox.markPublished(
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
    await this.stream.ensure(connection);
    for (const subject of eventSubjects) {
      const last = await this.outbox.lastPublished(subject);
      if (last === null) continue;
      const inStream = await this.stream.lastSequence(connection, subject);
      if (inStream !== null && inStream >= last.sequence) continue;
      this.logger.warn(`The stream has lost its last ${subject} event; publishing it again.`);
      await this.outbox.markUnpublished(last.sequence);
    }
  }

  private report(error: unknown): void {
    const fault = error instanceof Error ? error.message : String(error);
    if (fault === this.lastFault) return;
    this.lastFault = fault;
    this.logger.warn(`Events wait in the outbox (${fault}); trying again.`);
  }
}
