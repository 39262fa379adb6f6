import type { NatsConnection } from '@nats-io/transport-node';
import type { LicenseSubject } from './license-event.js';

const TIMEOUT_MS = 2_000;

export type LastEvent =
  | { readonly kind: 'found'; readonly body: Uint8Array }
  /** The server never published on this subject. */
  | { readonly kind: 'none' }
  /** The broker did not answer; a retry may succeed. */
  | { readonly kind: 'unavailable' };

/** Requests the last event of a subject from the broker, which answers even while the server is down. */
export async function readLastEvent(connection: NatsConnection, subject: LicenseSubject): Promise<LastEvent> {
  try {
    const request = `$JS.API.DIRECT.GET.LICENSING.${subject}`;
    const reply = await connection.request(request, undefined, { timeout: TIMEOUT_MS });
    // Only an answer without an event has a status.
    const status = reply.headers?.code ?? 0;
    if (status === 404) return { kind: 'none' };
    return status === 0 ? { kind: 'found', body: reply.data } : { kind: 'unavailable' };
  } catch {
    return { kind: 'unavailable' };
  }
}
