import { Injectable } from '@nestjs/common';
import { type EntityManager, MoreThan } from 'typeorm';
import type { Standing } from '../domain/standing.js';
import { Database } from '../persistence/database.js';
import { KeyValueRow } from '../persistence/entities/key-value.entity.js';
import { OutboxEventRow } from '../persistence/entities/outbox-event.entity.js';
import { KeyValueStore } from '../persistence/key-value-store.js';

const cursorName = 'webhook-cursor';
const subject = 'license.status';
const batchSize = 100;

/** The last event that was delivered or had nothing to deliver, and the standing after it. */
interface Cursor {
  readonly sequence: number;
  readonly standing: Pick<Standing, 'isLicensed' | 'reason'>;
}

/** An event that changed the standing and was not delivered yet. */
export interface UndeliveredEvent extends Cursor {
  readonly body: string;
}

const start: Cursor = { sequence: 0, standing: { isLicensed: false, reason: 'unlicensed' } };

/** Finds the events of the outbox that the webhook must still deliver. Its position survives a restart. */
@Injectable()
export class WebhookCursor {
  constructor(
    private readonly database: Database,
    private readonly values: KeyValueStore,
  ) {}

  /** Sets the position at the first start with a webhook: only later changes are delivered. */
  async begin(): Promise<void> {
    if ((await this.values.read(cursorName)) !== null) return;
    const last = await this.database.read((manager) =>
      manager.findOne(OutboxEventRow, { where: { subject }, order: { sequence: 'DESC' } }),
    );
    await this.advance(last === null ? start : toUndelivered(last));
  }

  /** Returns the oldest event that changed whether registers can sell, or why not; `null` if none waits. */
  async next(): Promise<UndeliveredEvent | null> {
    let cursor = await this.read();
    for (;;) {
      const events = await this.readAfter(cursor.sequence);
      for (const event of events) {
        if (isChanged(cursor.standing, event.standing)) return event;
        cursor = event;
      }
      if (events.length > 0) await this.advance(cursor);
      if (events.length < batchSize) return null;
    }
  }

  async advance({ sequence, standing: { isLicensed, reason } }: Cursor): Promise<void> {
    await this.values.write(cursorName, JSON.stringify({ sequence, standing: { isLicensed, reason } }));
  }

  private async read(): Promise<Cursor> {
    const text = await this.values.read(cursorName);
    return text === null ? start : (JSON.parse(text) as Cursor);
  }

  private async readAfter(sequence: number): Promise<UndeliveredEvent[]> {
    const rows = await this.database.read((manager) =>
      manager.find(OutboxEventRow, {
        where: { subject, sequence: MoreThan(sequence) },
        order: { sequence: 'ASC' },
        take: batchSize,
      }),
    );
    return rows.map(toUndelivered);
  }
}

/** Returns the sequence up to which all events were delivered. */
export async function readDeliveredTo(manager: EntityManager): Promise<number> {
  const row = await manager.findOneBy(KeyValueRow, { name: cursorName });
  return row === null ? start.sequence : (JSON.parse(row.value) as Cursor).sequence;
}

function toUndelivered({ sequence, body }: OutboxEventRow): UndeliveredEvent {
  const { data } = JSON.parse(body) as { data: Pick<Cursor, 'standing'> };
  return { sequence, body, standing: data.standing };
}

function isChanged(before: Cursor['standing'], after: Cursor['standing']): boolean {
  return before.isLicensed !== after.isLicensed || before.reason !== after.reason;
}
