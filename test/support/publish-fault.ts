import { TimeoutError, type NatsConnection } from '@nats-io/transport-node';
import { NatsLink } from '../../src/messaging/nats-link.js';
import { eventSubjects } from '../../src/events/streams.js';
import { CallFault, type Strike } from './call-fault.js';
import type { TestApp } from './start-app.js';

/** What becomes of a publish that is struck: it does not reach the broker, or only its acknowledgement is lost. */
export type PublishFate = 'not-sent' | 'acknowledgement-lost';

/** Makes a publish of an event fail as a timeout does, without the wait for it. */
export class PublishFault extends CallFault {
  private outcome: PublishFate = 'not-sent';

  constructor(connection: NatsConnection) {
    super();
    const request = connection.request.bind(connection);
    connection.request = async (subject, ...rest) => {
      if (!(eventSubjects as readonly string[]).includes(subject) || !this.meets()) {
        return request(subject, ...rest);
      }
      if (this.outcome === 'acknowledgement-lost') await request(subject, ...rest);
      throw new TimeoutError();
    };
  }

  /** Of a service that is connected. */
  static of({ app }: TestApp): PublishFault {
    const { current } = app.get(NatsLink);
    if (current === null) throw new Error('The service is not connected to its broker');
    return new PublishFault(current);
  }

  failAt(strike: Strike, outcome: PublishFate): void {
    this.outcome = outcome;
    this.injectAt(strike);
  }
}
