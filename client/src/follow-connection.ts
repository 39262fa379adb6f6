import { setTimeout as delay } from 'node:timers/promises';
import { errors, type NatsConnection } from '@nats-io/transport-node';
import type { Delivery } from './follow-license-options.js';
import { licenseSubjects, type LicenseSubject } from './license-event.js';
import { readLastEvent } from './read-last-event.js';

const MAX_RETRY_MS = 30_000;

/** Who is told of what a connection brings. None of these may throw: a NATS connection would freeze. */
export interface ConnectionListener {
  receive(subject: LicenseSubject, body: Uint8Array, kind: Delivery['kind']): void;
  connected(broker: string): void;
  disconnected(reason: string): void;
  caughtUp(): void;
}

/**
 * Follows both subjects on an open connection until it is closed for good, and resolves to why. It subscribes first
 * and then reads what was told last, again after every reconnection: so nothing falls between the two.
 */
export async function followConnection(
  connection: NatsConnection,
  listener: ConnectionListener,
): Promise<string> {
  const faults: Faults = { last: null };
  for (const subject of licenseSubjects) void listen(connection, subject, listener, faults);
  void watch(connection, listener, faults);
  const error = await connection.closed();
  return faults.last ?? (error instanceof Error ? error.message : 'the connection was closed');
}

interface Faults {
  last: string | null;
}

async function listen(
  connection: NatsConnection,
  subject: LicenseSubject,
  listener: ConnectionListener,
  faults: Faults,
): Promise<void> {
  try {
    for await (const message of connection.subscribe(subject))
      listener.receive(subject, message.data, 'live');
  } catch (error) {
    faults.last = `${subject} cannot be heard: ${String(error)}`;
  }
  // A refused subscription ends alone: without this, an open connection would stay deaf.
  await connection.close();
}

async function watch(
  connection: NatsConnection,
  listener: ConnectionListener,
  faults: Faults,
): Promise<void> {
  let session = startSession(connection, listener);
  for await (const status of connection.status()) {
    if (status.type === 'reconnect') {
      // Several may come for one reconnection: the newest reads again, the others end.
      session.abort();
      faults.last = null;
      session = startSession(connection, listener);
    } else if (status.type === 'disconnect') {
      session.abort();
      listener.disconnected(faults.last ?? 'the broker closed the connection');
    } else if (status.type === 'staleConnection') {
      faults.last = 'the broker does not answer';
    } else if (status.type === 'error' && !(status.error instanceof errors.PermissionViolationError)) {
      faults.last = status.error.message;
      if (session.signal.aborted) listener.disconnected(faults.last);
    }
  }
  session.abort();
}

function startSession(connection: NatsConnection, listener: ConnectionListener): AbortController {
  const session = new AbortController();
  listener.connected(connection.getServer());
  void catchUp(connection, listener, session.signal);
  return session;
}

/** Reads what was told last, until the broker could say or the connection was lost. */
async function catchUp(
  connection: NatsConnection,
  listener: ConnectionListener,
  signal: AbortSignal,
): Promise<void> {
  for (let retryMs = 1_000; !signal.aborted; retryMs = Math.min(2 * retryMs, MAX_RETRY_MS)) {
    if (await receiveLastEvents(connection, listener, signal)) {
      listener.caughtUp();
      return;
    }
    await delay(retryMs, undefined, { signal }).catch(() => undefined);
  }
}

/** The status comes first: it tells whether a warning is still about the present token. */
async function receiveLastEvents(
  connection: NatsConnection,
  listener: ConnectionListener,
  signal: AbortSignal,
): Promise<boolean> {
  for (const subject of licenseSubjects) {
    const last = await readLastEvent(connection, subject);
    if (signal.aborted || last.kind === 'unavailable') return false;
    if (last.kind === 'found') listener.receive(subject, last.body, 'stored');
  }
  return true;
}
