import { LicenseEventError } from './license-event-error.js';
import { licenseSubjects } from './license-event.js';
import { parseLicenseEvent } from './parse-license-event.js';

/** A message of NATS, as Nest hands it to a deserializer. */
interface NatsMessage {
  readonly subject: string;
  readonly data: Uint8Array;
}

/** What Nest works with; without an `id` it is an event, and nothing is sent back. */
interface NestPacket {
  readonly pattern: string;
  readonly data: unknown;
  readonly id?: string;
}

/**
 * Lets `@EventPattern<string>('license.status')` of a Nest microservice receive the whole CloudEvent. Nest's own
 * deserializer takes a document with `id` and `data` for a request of Nest: the handler would get `data` alone, and its
 * result would be sent to whoever published. Nest's own messages go through as they are; repeats are not left out.
 */
export const licenseEventDeserializer = {
  /** @throws LicenseEventError if what came on a subject of the license is no event of it: Nest logs and drops it */
  deserialize(message: NatsMessage, options?: { readonly channel?: string }): NestPacket {
    const subject = licenseSubjects.find((known) => known === message.subject);
    if (subject === undefined) return readOther(message, options?.channel ?? message.subject);
    const parsed = parseLicenseEvent(subject, message.data);
    if (parsed.kind === 'refused') throw new LicenseEventError(parsed.reason, parsed.detail);
    return { pattern: subject, data: parsed.event };
  },
};

function readOther({ data }: NatsMessage, pattern: string): NestPacket {
  const text = new TextDecoder().decode(data);
  const value = parseJson(text);
  return isPacket(value) ? value : { pattern, data: value === undefined ? text : value };
}

function isPacket(value: unknown): value is NestPacket {
  return typeof value === 'object' && value !== null && 'pattern' in value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
