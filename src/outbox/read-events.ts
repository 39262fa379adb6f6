import { And, type EntityManager, LessThan, MoreThan } from 'typeorm';
import { OutboxEventRow } from '../persistence/entities/outbox-event.entity.js';

/** A CloudEvent as this server has emitted it. */
export interface EmittedEvent {
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly sequence: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Higher than any sequence: in milliseconds it is the year 33658. */
export const maxSequence = 999_999_999_999_999;

export interface EventQuery {
  readonly limit: number;
  /** Only events with a higher sequence. */
  readonly after: number;
  /** Only events with a lower sequence. */
  readonly before: number;
}

/** Reads emitted events from the database, newest first. They are kept for 7 days, the last of each subject permanently. */
export async function readEvents(manager: EntityManager, query: EventQuery): Promise<EmittedEvent[]> {
  const rows = await manager.find(OutboxEventRow, {
    where: { sequence: And(MoreThan(query.after), LessThan(query.before)) },
    order: { sequence: 'DESC' },
    take: query.limit,
  });
  return rows.map(({ body }) => JSON.parse(body) as EmittedEvent);
}
