import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan, Not } from 'typeorm';
import { Settings } from '../config/settings.js';
import { Database } from '../persistence/database.js';
import { OutboxEventRow } from '../persistence/entities/outbox-event.entity.js';
import type { CommittedEvent } from './committed-event.js';

/** PostgreSQL hands a bigint back as a text. */
type StoredEvent = Omit<CommittedEvent, 'sequence'> & { readonly sequence: number | string };

/** The committed events that wait for the broker, and for a while those that it has acknowledged. */
@Injectable()
export class Outbox {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
  ) {}

  /** The column that says when an event was acknowledged. */
  protected readonly column: 'published_at' | 'hub_published_at' = 'published_at';

  private doneAt<T>(value: T): { publishedAt: T } | { hubPublishedAt: T } {
    return this.column === 'published_at' ? { publishedAt: value } : { hubPublishedAt: value };
  }

  /** The oldest events that are not yet published, in the order in which they happened. */
  async readUnpublished(limit: number): Promise<CommittedEvent[]> {
    // In SQL, as registers wait for it.
    const rows = await this.database.read((manager) =>
      manager.query<StoredEvent[]>(
        'SELECT sequence, event_id AS "eventId", subject, body FROM outbox_event ' +
          `WHERE ${this.column} IS NULL ORDER BY sequence LIMIT ${limit}`,
      ),
    );
    return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
  }

  /** Marks events as published. A power cut may take the mark back; they are then published again, with the same id. */
  async markPublished(sequences: readonly number[], at: Date): Promise<void> {
    await this.database.transact(
      (manager) => manager.update(OutboxEventRow, { sequence: In([...sequences]) }, this.doneAt(at)),
      'synced-later',
    );
  }

  /** The last published event of a subject, or null. */
  lastPublished(subject: string): Promise<CommittedEvent | null> {
    return this.database.read((manager) =>
      manager.findOne(OutboxEventRow, {
        where: { subject, ...this.doneAt(Not(IsNull())) },
        order: { sequence: 'DESC' },
      }),
    );
  }

  /** Makes an event that was published wait again. */
  async markUnpublished(sequence: number): Promise<void> {
    await this.database.transact((manager) =>
      manager.update(OutboxEventRow, { sequence }, this.doneAt(null)),
    );
  }

  /** How many events wait, and since when the oldest. */
  pending(): Promise<{ count: number; oldestAt: Date | null }> {
    return this.database.read(async (manager) => {
      const where = this.doneAt(IsNull());
      const count = await manager.countBy(OutboxEventRow, where);
      const oldest = await manager.findOne(OutboxEventRow, { where, order: { sequence: 'ASC' } });
      return { count, oldestAt: oldest?.createdAt ?? null };
    });
  }

  /**
   * Deletes what was published before `before`, but for the last of each subject, which a lost stream needs again, and for
   * what a hub has still to get.
   */
  async prune(before: Date, subjects: readonly string[]): Promise<void> {
    const kept = (await Promise.all(subjects.map((subject) => this.lastPublished(subject)))).flatMap((row) =>
      row === null ? [] : [row.sequence],
    );
    const isAtHub = this.settings.nats.hubUrl === null ? {} : { hubPublishedAt: Not(IsNull()) };
    await this.database.transact((manager) =>
      manager.delete(OutboxEventRow, { publishedAt: LessThan(before), sequence: Not(In(kept)), ...isAtHub }),
    );
  }
}
