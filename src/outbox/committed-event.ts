import type { OutboxEventRow } from '../persistence/entities/outbox-event.entity.js';

/** What is published of an event that was committed. */
export type CommittedEvent = Pick<OutboxEventRow, 'sequence' | 'eventId' | 'subject' | 'body'>;
