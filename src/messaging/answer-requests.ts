import { Logger } from '@nestjs/common';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { BrokerLink } from './broker-link.js';
import type { FloodGuard } from './flood-guard.js';
import { RequestLimit } from './request-limit.js';

const defaultMax = 1024;
const logger = new Logger('NATS');

/** Describes a subject and how many of its requests are answered concurrently; more are dropped. */
export interface ServedSubject {
  readonly subject: string;
  readonly max?: number;
  /** The same for each peer. */
  readonly maxPerPeer?: number;
  /** Counts the dropped requests. */
  readonly guard?: Pick<FloodGuard, 'countDropped'>;
}

/**
 * Answers the requests on a subject concurrently, on each connection of a link: a slow disk or network delays only one
 * request. Requests beyond the limit are dropped; their senders repeat them.
 */
export function answerRequests(
  link: Pick<BrokerLink, 'onConnected'>,
  { subject, max = defaultMax, maxPerPeer, guard }: ServedSubject,
  answer: (request: Msg) => Promise<string | Uint8Array>,
): void {
  const served = new WeakSet<NatsConnection>();
  const limit = new RequestLimit(max, maxPerPeer);
  const respond = async (request: Msg, connection: NatsConnection) => {
    const peer = peerOf(request);
    if (!limit.begin(peer)) {
      if (peer !== null) guard?.countDropped(peer);
      return;
    }
    try {
      request.respond(await answer(request));
      // The request counts until the broker has read the answer: unread answers take memory here.
      await connection.flush().catch(() => undefined);
    } catch (error) {
      logger.error(`A request on ${subject} could not be answered.`, error);
    } finally {
      limit.end(peer);
    }
  };
  link.onConnected(async (connection) => {
    // The library restores the subscriptions of a connection when it reconnects.
    if (served.has(connection)) return;
    served.add(connection);
    // A callback can drop a request on arrival; an iterator would buffer it first.
    connection.subscribe(subject, {
      queue: 'licensing',
      callback: (_error, request) => void respond(request, connection),
    });
  });
}

/**
 * Returns the sender that the broker adds to a request (`share` in its configuration), or `null` if it adds none. A peer
 * may send the same header: only the last one comes from the broker.
 */
function peerOf(request: Msg): string | null {
  const { user, id, issuer_key: issuer } = readSender(request);
  if (typeof user !== 'string') return null;
  // An admitted peer counts as one however often it connects. The users of the configuration are shared by devices.
  return issuer === undefined ? `${user}/${String(id)}` : user;
}

/** Returns the id of the device that sent a request, or `null` if the sender is not an admitted peer. */
export function deviceOf(request: Msg): string | null {
  const { user, issuer_key: issuer } = readSender(request);
  return typeof user === 'string' && issuer !== undefined ? user : null;
}

function readSender({ headers }: Msg): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(headers?.last('Nats-Request-Info') ?? '') ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
