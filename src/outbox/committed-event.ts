import type { OutboxEventRow } from '../persistence/entities/outbox-event.entity.js';

/** The published part of a committed event. */
export type CommittedEvent = Pick<OutboxEventRow, 'sequence' | 'eventId' | 'subject' | 'body'>;
