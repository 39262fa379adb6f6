import { LicenseEventError } from './license-event-error.js';
import { licenseSubjects } from './license-event.js';
import { parseLicenseEvent } from './parse-license-event.js';

/** A NATS message, as Nest passes it to a deserializer. */
interface NatsMessage {
  readonly subject: string;
  readonly data: Uint8Array;
}

/** A message in Nest's own form. Without an `id` it is an event, and Nest sends no answer. */
interface NestPacket {
  readonly pattern: string;
  readonly data: unknown;
  readonly id?: string;
}

/**
 * Passes the whole CloudEvent to `@EventPattern<string>('license.status')` in a Nest microservice. Nest's own deserializer
 * treats a document with `id` and `data` as a request: it passes on `data` alone and answers the publisher. Other messages
 * pass unchanged. Duplicates are not dropped.
 */
export const licenseEventDeserializer = {
  /** @throws LicenseEventError if a message on a license subject is not a valid event. Nest logs the error */
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
