import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { CommittedEvent } from './committed-event.js';
import { ForeignAcknowledgementError } from './foreign-acknowledgement-error.js';
import { keepsEvent, type StreamSubject } from './keeps-event.js';

const publishTimeoutMs = 5000;
const maxRepeats = 1000;
/** Of all repeats together; the next attempt of the relay begins again. */
const maxRepeatsMs = 30_000;

/** The broker acknowledges an event that the stream does not keep. */
class EventNotKeptError extends Error {
  readonly code = 'event-not-kept';

  constructor({ stream, subject }: StreamSubject) {
    super(`The stream ${stream} does not keep the last message on ${subject}.`);
    this.name = 'EventNotKeptError';
  }
}

const clients = new WeakMap<NatsConnection, JetStreamClient>();

/** Creating a client takes as long as reading an event. */
function clientOf(connection: NatsConnection): JetStreamClient {
  const known = clients.get(connection) ?? jetstream(connection);
  clients.set(connection, known);
  return known;
}

/** A subject of a stream that is not this server's own. */
export interface PublishTarget extends StreamSubject {
  /** Returns the message id for an event id, which is that id by default. */
  messageIdOf?(id: string): string;
  /** Replaces the check of what the stream has. */
  keeps?(event: CommittedEvent): Promise<boolean>;
}

/**
 * Publishes an event and resolves when the stream has it. The broker acknowledges a known id as a duplicate even if the
 * stream has lost the message: then the event is published under its id, a dot and a counter.
 * @param previous the event that must be the last one in the stream, if any
 */
export async function publishEvent(
  connection: NatsConnection,
  target: PublishTarget,
  event: CommittedEvent,
  previous: CommittedEvent | null = null,
): Promise<void> {
  const expect = previous && { expect: { lastMsgID: previous.eventId } };
  if (!(await publish(event.eventId, expect ?? {})).duplicate) return;
  const keeps = () => target.keeps?.(event) ?? keepsEvent(connection, target, event);
  const giveUpAt = performance.now() + maxRepeatsMs;
  for (let repeats = 1; !(await keeps()); repeats += 1) {
    if (repeats > maxRepeats || performance.now() > giveUpAt) throw new EventNotKeptError(target);
    await publish(`${event.eventId}.${repeats}`);
  }

  async function publish(id: string, options: object = {}) {
    const acknowledgement = await clientOf(connection).publish(target.subject, event.body, {
      msgID: target.messageIdOf?.(id) ?? id,
      timeout: publishTimeoutMs,
      ...options,
    });
    if (acknowledgement.stream !== target.stream)
      throw new ForeignAcknowledgementError(acknowledgement.stream, target.stream);
    return acknowledgement;
  }
}
