import { Logger } from '@nestjs/common';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { BrokerLink } from './broker-link.js';

const logger = new Logger('NATS');

/**
 * Answers the requests on a subject, at each connection of a link. They do not wait for each other: one may take as long
 * as the disk or the internet.
 */
export function answerRequests(
  link: Pick<BrokerLink, 'onConnected'>,
  subject: string,
  answer: (request: Msg) => Promise<string>,
): void {
  const served = new WeakSet<NatsConnection>();
  const respond = async (request: Msg) => {
    try {
      request.respond(await answer(request));
    } catch (error) {
      logger.error(`A request on ${subject} could not be answered.`, error);
    }
  };
  link.onConnected(async (connection) => {
    // A reconnection takes its subscriptions along.
    if (served.has(connection)) return;
    served.add(connection);
    const subscription = connection.subscribe(subject, { queue: 'licensing' });
    void (async () => {
      for await (const request of subscription) void respond(request);
    })();
  });
}
