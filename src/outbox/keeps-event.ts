import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { CommittedEvent } from './committed-event.js';

export interface StreamSubject {
  readonly stream: string;
  readonly subject: string;
}

/**
 * Resolves to whether the last message of a subject is an event, or a later event of the same server. Any other message
 * counts as absent, because others may publish to the stream too.
 */
export async function keepsEvent(
  connection: NatsConnection,
  { stream, subject }: StreamSubject,
  event: CommittedEvent,
): Promise<boolean> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const message = await manager.direct.getMessage(stream, { last_by_subj: subject });
  const last = message && readJson(message.data);
  const { source } = JSON.parse(event.body) as { source: string };
  if (last?.['source'] !== source || last['type'] !== event.subject) return false;
  const { sequence } = last;
  return typeof sequence === 'string' && /^\d{16}$/.test(sequence) && Number(sequence) >= event.sequence;
}

function readJson(data: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(new TextDecoder().decode(data)) as Record<string, unknown> | null;
  } catch {
    return null;
  }
}
