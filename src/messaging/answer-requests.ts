import { Logger } from '@nestjs/common';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { BrokerLink } from './broker-link.js';
import type { FloodGuard } from './flood-guard.js';
import { RequestLimit } from './request-limit.js';

const defaultMax = 1024;
const logger = new Logger('NATS');

/** A subject, and how many of its requests may be answered at the same time; more are dropped. */
export interface ServedSubject {
  readonly subject: string;
  readonly max?: number;
  /** Is notified of requests that are dropped. */
  readonly guard?: Pick<FloodGuard, 'noteDropped'>;
}

/**
 * Answers the requests on a subject, at each connection of a link. They do not wait for each other: one may take as long
 * as the disk or the internet. Requests beyond the limit are dropped: their senders repeat them.
 */
export function answerRequests(
  link: Pick<BrokerLink, 'onConnected'>,
  { subject, max = defaultMax, guard }: ServedSubject,
  answer: (request: Msg) => Promise<string>,
): void {
  const served = new WeakSet<NatsConnection>();
  const limit = new RequestLimit(max);
  const respond = async (request: Msg, connection: NatsConnection) => {
    const peer = peerOf(request);
    if (!limit.begin(peer)) {
      if (peer !== null) guard?.noteDropped(peer);
      return;
    }
    try {
      request.respond(await answer(request));
      // An answer that the broker has not read yet takes memory here.
      await connection.flush().catch(() => undefined);
    } catch (error) {
      logger.error(`A request on ${subject} could not be answered.`, error);
    } finally {
      limit.end(peer);
    }
  };
  link.onConnected(async (connection) => {
    // A reconnection takes its subscriptions along.
    if (served.has(connection)) return;
    served.add(connection);
    // A callback drops a request where it arrives; an iterator would store it first.
    connection.subscribe(subject, {
      queue: 'licensing',
      callback: (_error, request) => void respond(request, connection),
    });
  });
}

/**
 * Returns whose request it is, as the broker says (`share` in its configuration), or null if it does not say. A peer may
 * send such headers too: the last one is the broker's.
 */
function peerOf({ headers }: Msg): string | null {
  const info = headers?.last('Nats-Request-Info');
  if (!info) return null;
  try {
    const { user, id, issuer_key: issuer } = JSON.parse(info) as Readonly<Record<string, unknown>>;
    if (typeof user !== 'string') return null;
    // A peer that this service has let in is one, however often it connects. The users of the configuration are shared.
    return issuer === undefined ? `${user}/${String(id)}` : user;
  } catch {
    return null;
  }
}
