import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { CommittedEvent } from './committed-event.js';

export interface StreamSubject {
  readonly stream: string;
  readonly subject: string;
}

/** What identifies a stored event. */
export interface StoredEvent {
  readonly id: string;
  readonly sequence: string;
}

/**
 * Resolves to whether the last message of a subject is an event, or a later event of the same server. Any other message
 * counts as absent, because others may publish to the stream too.
 */
export async function keepsEvent(
  connection: NatsConnection,
  target: StreamSubject,
  event: CommittedEvent,
): Promise<boolean> {
  const { source } = JSON.parse(event.body) as { source: string };
  return isSameOrLater(await readLastEvent(connection, target, { source, type: event.subject }), event);
}

/** Returns whether a stored event is `event` or a later one. */
export function isSameOrLater(stored: StoredEvent | null, { sequence }: CommittedEvent): boolean {
  return stored !== null && Number(stored.sequence) >= sequence;
}

/** Reads the last event of a subject. Resolves to `null` if the last message is absent, unreadable or of another source. */
export async function readLastEvent(
  connection: NatsConnection,
  { stream, subject }: StreamSubject,
  { source, type }: { readonly source: string; readonly type: string },
): Promise<StoredEvent | null> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const message = await manager.direct.getMessage(stream, { last_by_subj: subject });
  const last = message && readJson(message.data);
  return last?.['source'] === source && last['type'] === type ? toStoredEvent(last) : null;
}

/** Returns `null` unless `value` has the sequence of an event. The id is empty if it has none. */
export function toStoredEvent(value: unknown): StoredEvent | null {
  if (typeof value !== 'object' || value === null) return null;
  const { id, sequence } = value as Readonly<Record<string, unknown>>;
  if (typeof sequence !== 'string' || !/^\d{16}$/.test(sequence)) return null;
  return { id: typeof id === 'string' ? id : '', sequence };
}

function readJson(data: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(new TextDecoder().decode(data)) as Record<string, unknown> | null;
  } catch {
    return null;
  }
}
