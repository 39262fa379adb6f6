import { setImmediate as nextTurn } from 'node:timers/promises';
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
 * request. Requests beyond the limit are dropped; their senders repeat them. An answer of `null` is not sent.
 */
export function answerRequests(
  link: Pick<BrokerLink, 'onConnected'>,
  { subject, max = defaultMax, maxPerPeer, guard }: ServedSubject,
  answer: (request: Msg, deviceId: string | null) => Promise<string | Uint8Array | null>,
): void {
  const served = new WeakSet<NatsConnection>();
  const limit = new RequestLimit(max, maxPerPeer);
  const respond = (request: Msg, connection: NatsConnection): void => {
    const sender = readSender(request);
    // A sender that hides itself would have no limit.
    if (sender === null) return;
    const peer = peerOf(sender);
    if (!limit.begin(peer)) {
      // Devices share a user of the broker's configuration, and the flooding one is unknown.
      if (peer !== null && sender.issuer_key !== undefined) guard?.countDropped(peer);
      return;
    }
    // The request counts until the broker has read the answer: unread answers take memory here. The request itself must not be
    // referenced that long: in a storm of logins, thousands would stay in memory until the next full garbage collection.
    void answerOne(request, deviceOf(sender))
      .then((isAnswered) => (isAnswered ? flushTogether(connection) : undefined))
      .finally(() => limit.end(peer));
  };
  const answerOne = async (request: Msg, deviceId: string | null): Promise<boolean> => {
    try {
      const answered = await answer(request, deviceId);
      return answered !== null && request.respond(answered);
    } catch (error) {
      logger.error(`A request on ${subject} could not be answered.`, error);
      return false;
    }
  };
  link.onConnected(async (connection) => {
    // The library restores the subscriptions of a connection when it reconnects.
    if (served.has(connection)) return;
    served.add(connection);
    // A callback can drop a request on arrival; an iterator would buffer it first.
    connection.subscribe(subject, {
      queue: 'licensing',
      callback: (_error, request) => respond(request, connection),
    });
  });
}

const flushes = new WeakMap<NatsConnection, Promise<void>>();

/** Waits until the broker has read what was sent, with one ping for all answers of a moment. */
function flushTogether(connection: NatsConnection): Promise<void> {
  const shared = flushes.get(connection);
  if (shared !== undefined) return shared;
  const flush = nextTurn().then(() => {
    flushes.delete(connection);
    return connection.flush().catch(() => undefined);
  });
  flushes.set(connection, flush);
  return flush;
}

/** The sender as the broker describes it (`share` in its configuration); empty if it does not. */
interface Sender {
  readonly user?: unknown;
  readonly id?: unknown;
  readonly issuer_key?: unknown;
}

function peerOf({ user, id, issuer_key: issuer }: Sender): string | null {
  if (typeof user !== 'string') return null;
  // An admitted peer counts as one however often it connects. The users of the configuration are shared by devices.
  return issuer === undefined ? `${user}/${String(id)}` : user;
}

/** Returns the id of the device, or `null` if the sender is not an admitted peer. */
function deviceOf({ user, issuer_key: issuer }: Sender): string | null {
  return typeof user === 'string' && issuer !== undefined ? user : null;
}

const senderHeader = 'Nats-Request-Info';

/**
 * Returns `null` if the headers are malformed. The broker does not check the headers of a peer and appends its own, which
 * malformed ones could swallow. A peer can also send this header itself, so only the last one counts.
 */
function readSender(request: Msg): Sender | null {
  try {
    // Decodes the headers, which throws if a name or a value is invalid.
    const { headers } = request;
    if (headers === undefined) return {};
    const names =
      [...headers]
        .flatMap(([name, values]) => values.flatMap((value) => [name, value]))
        .concat(headers.description)
        .join('\n')
        .match(/nats-request-info/gi) ?? [];
    if (names.length !== headers.values(senderHeader).length) return null;
    return parseSender(headers.last(senderHeader));
  } catch {
    return null;
  }
}

function parseSender(text: string): Sender {
  // The broker does not describe itself. An error with its stack would take a tenth of a login.
  if (text === '') return {};
  try {
    return (JSON.parse(text) ?? {}) as Sender;
  } catch {
    return {};
  }
}
