import { setTimeout as delay } from 'node:timers/promises';
import { errors, type NatsConnection } from '@nats-io/transport-node';
import type { Delivery } from './follow-license-options.js';
import { licenseSubjects, type LicenseSubject } from './license-event.js';
import { readLastEvent } from './read-last-event.js';
import { readStatus } from './read-status.js';

const MAX_RETRY_MS = 30_000;

/** Receives the events and state changes of a connection. A listener must not throw: the NATS connection would hang. */
export interface ConnectionListener {
  /** Returns whether the event is usable: it is the newest one, or is known. */
  receive(subject: LicenseSubject, body: Uint8Array, kind: Delivery['kind']): boolean;
  /** Receives the license as the server itself reports it, which counts even with a lower sequence. */
  receiveStatus(body: Uint8Array): void;
  connected(broker: string): void;
  disconnected(reason: string): void;
  caughtUp(): void;
}

/**
 * Follows both subjects on an open connection until it closes permanently, and resolves to the reason. At every
 * (re)connection it subscribes before it reads the last events, so that no event is missed in between.
 */
export async function followConnection(
  connection: NatsConnection,
  listener: ConnectionListener,
): Promise<string> {
  const faults: Faults = { last: null };
  const closing = new AbortController();
  const requestStatus = createStatusRequest(connection, listener, closing.signal);
  for (const subject of licenseSubjects)
    void listen(connection, subject, { listener, faults, requestStatus });
  void watch(connection, { listener, faults, requestStatus });
  const error = await connection.closed();
  closing.abort();
  return faults.last ?? (error instanceof Error ? error.message : 'the connection was closed');
}

interface Faults {
  last: string | null;
}

interface Following {
  readonly listener: ConnectionListener;
  readonly faults: Faults;
  /** Resolves after the first attempt. */
  readonly requestStatus: () => Promise<void>;
}

/**
 * Returns a function that asks the server for its status. Until the server answers, the question is repeated: only its
 * answer decides about an event that is not usable.
 */
function createStatusRequest(
  connection: NatsConnection,
  listener: ConnectionListener,
  signal: AbortSignal,
): () => Promise<void> {
  let isRepeating = false;
  const repeat = async (): Promise<void> => {
    isRepeating = true;
    for (let retryMs = 1_000; !signal.aborted; retryMs = Math.min(2 * retryMs, MAX_RETRY_MS)) {
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || (await receiveStatus(connection, listener))) break;
    }
    isRepeating = false;
  };
  return async () => {
    if (!(await receiveStatus(connection, listener)) && !isRepeating) void repeat();
  };
}

async function listen(
  connection: NatsConnection,
  subject: LicenseSubject,
  { listener, faults, requestStatus }: Following,
): Promise<void> {
  try {
    for await (const message of connection.subscribe(subject)) {
      const isUsable = listener.receive(subject, message.data, 'live');
      // A restored server may continue with lower sequences than known: its own answer decides.
      if (!isUsable && subject === 'license.status') await requestStatus();
    }
  } catch (error) {
    faults.last = `the subscription to ${subject} failed: ${String(error)}`;
  }
  // A refused subscription does not close the connection, which would then stay open without events.
  await connection.close();
}

async function watch(connection: NatsConnection, following: Following): Promise<void> {
  const { listener, faults } = following;
  let session = startSession(connection, following);
  for await (const status of connection.status()) {
    if (status.type === 'reconnect') {
      // One reconnection may cause several of these: the newest session reads the last events, the others end.
      session.abort();
      faults.last = null;
      session = startSession(connection, following);
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

function startSession(connection: NatsConnection, following: Following): AbortController {
  const session = new AbortController();
  following.listener.connected(connection.getServer());
  void catchUp(connection, following, session.signal);
  return session;
}

/** Reads the last events, and retries until it succeeds or the connection is lost. */
async function catchUp(connection: NatsConnection, following: Following, signal: AbortSignal): Promise<void> {
  for (let retryMs = 1_000; !signal.aborted; retryMs = Math.min(2 * retryMs, MAX_RETRY_MS)) {
    if (await receiveLastEvents(connection, following, signal)) {
      following.listener.caughtUp();
      return;
    }
    await delay(retryMs, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Reads the status first, because it shows whether a warning still concerns the current token. Asks the server itself if
 * the stream has no usable status or an older one than known.
 */
async function receiveLastEvents(
  connection: NatsConnection,
  { listener, requestStatus }: Following,
  signal: AbortSignal,
): Promise<boolean> {
  for (const subject of licenseSubjects) {
    const last = await readLastEvent(connection, subject);
    if (signal.aborted || last.kind === 'unavailable') return false;
    const isUsable = last.kind === 'found' && listener.receive(subject, last.body, 'stored');
    if (isUsable || subject !== 'license.status') continue;
    // An empty stream needs no second question: the next event arrives live.
    if (last.kind === 'found') await requestStatus();
    else await receiveStatus(connection, listener);
    if (signal.aborted) return false;
  }
  return true;
}

/** Returns whether the server has answered. */
async function receiveStatus(connection: NatsConnection, listener: ConnectionListener): Promise<boolean> {
  const status = await readStatus(connection);
  if (status !== null) listener.receiveStatus(status);
  return status !== null;
}
