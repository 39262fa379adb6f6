import { Injectable } from '@nestjs/common';
import { And, In, IsNull, LessThan, LessThanOrEqual, Not } from 'typeorm';
import { Settings } from '../config/settings.js';
import { changeRows } from '../persistence/change-rows.js';
import { Database } from '../persistence/database.js';
import { OutboxEventRow } from '../persistence/entities/outbox-event.entity.js';
import type { CommittedEvent } from './committed-event.js';
import { maxSequence } from './read-events.js';
import { readDeliveredTo } from './webhook-cursor.js';

/** PostgreSQL returns a bigint as a string. */
type StoredEvent = Omit<CommittedEvent, 'sequence'> & { readonly sequence: number | string };

/** Reads and marks the committed events that wait for the broker; acknowledged ones are kept for a while. */
@Injectable()
export class Outbox {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
  ) {}

  /** The subjects of events that the broker refuses because of their size, by sequence. They hold up no other event. */
  readonly setAside = new Map<number, string>();

  /** The column with the time at which an event was acknowledged. */
  protected readonly column: 'published_at' | 'hub_published_at' = 'published_at';

  private doneAt<T>(value: T): { publishedAt: T } | { hubPublishedAt: T } {
    return this.column === 'published_at' ? { publishedAt: value } : { hubPublishedAt: value };
  }

  /** Returns the oldest unpublished events in their order, without those that are set aside. */
  async readUnpublished(limit: number): Promise<CommittedEvent[]> {
    // Raw SQL, because registers wait for it.
    const rows = await this.database.read((manager) =>
      manager.query<StoredEvent[]>(
        'SELECT sequence, event_id AS "eventId", subject, body FROM outbox_event ' +
          `WHERE ${this.column} IS NULL AND sequence NOT IN (${[-1, ...this.setAside.keys()].join(', ')}) ORDER BY sequence ` +
          `LIMIT ${limit}`,
      ),
    );
    return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
  }

  /** Marks events as published. A power cut may undo the mark; they are then published again, with the same id. */
  async markPublished(sequences: readonly number[], at: Date): Promise<void> {
    const slots = sequences.map(() => '?').join(', ');
    // Raw SQL: TypeORM writes the numbers into the statement, so each one is new to SQLite and to its cache of statements.
    const statement = `UPDATE outbox_event SET ${this.column} = ? WHERE sequence IN (${slots})`;
    await this.database.transact(
      (manager) => changeRows(manager, statement, [at.getTime(), ...sequences]),
      'synced-later',
    );
  }

  /** Returns the last published event of a subject, or `null` if there is none. */
  lastPublished(subject: string): Promise<CommittedEvent | null> {
    return this.database.read((manager) =>
      manager.findOne(OutboxEventRow, {
        where: { subject, ...this.doneAt(Not(IsNull())) },
        order: { sequence: 'DESC' },
      }),
    );
  }

  /** Queues a published event again. */
  async markUnpublished(sequence: number): Promise<void> {
    await this.database.transact((manager) =>
      manager.update(OutboxEventRow, { sequence }, this.doneAt(null)),
    );
  }

  /** Returns how many events wait, without those that are set aside, and when the oldest was committed. */
  pending(): Promise<{ count: number; oldestAt: Date | null }> {
    return this.database.read(async (manager) => {
      const where = { ...this.doneAt(IsNull()), sequence: Not(In([...this.setAside.keys()])) };
      const count = await manager.countBy(OutboxEventRow, where);
      const oldest = await manager.findOne(OutboxEventRow, { where, order: { sequence: 'ASC' } });
      return { count, oldestAt: oldest?.createdAt ?? null };
    });
  }

  /**
   * Deletes events that were published before `before`. Keeps the last of each subject, to restore a lost stream, and those
   * that wait for the hub or the webhook.
   */
  async prune(before: Date, subjects: readonly string[]): Promise<void> {
    const kept = (await Promise.all(subjects.map((subject) => this.lastPublished(subject)))).flatMap((row) =>
      row === null ? [] : [row.sequence],
    );
    const isAtHub = this.settings.nats.hubUrl === null ? {} : { hubPublishedAt: Not(IsNull()) };
    await this.database.transact(async (manager) => {
      const deliveredTo = this.settings.webhook === null ? maxSequence : await readDeliveredTo(manager);
      const sequence = And(Not(In(kept)), LessThanOrEqual(deliveredTo));
      return manager.delete(OutboxEventRow, { publishedAt: LessThan(before), sequence, ...isAtHub });
    });
  }
}
