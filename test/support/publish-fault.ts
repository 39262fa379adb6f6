import { TimeoutError, type NatsConnection } from '@nats-io/transport-node';
import { NatsLink } from '../../src/messaging/nats-link.js';
import { eventSubjects } from '../../src/events/streams.js';
import { CallFault, type InjectionPoint } from './call-fault.js';
import type { TestApp } from './start-app.js';

/** The outcome of a failing publish: it does not reach the broker, or only its acknowledgement is lost. */
export type PublishOutcome = 'not-sent' | 'acknowledgement-lost';

/** Makes the publish of an event fail with a timeout error, without the wait. */
export class PublishFault extends CallFault {
  private outcome: PublishOutcome = 'not-sent';

  constructor(connection: NatsConnection) {
    super();
    const request = connection.request.bind(connection);
    connection.request = async (subject, ...rest) => {
      if (!(eventSubjects as readonly string[]).includes(subject) || !this.shouldFail()) {
        return request(subject, ...rest);
      }
      if (this.outcome === 'acknowledgement-lost') await request(subject, ...rest);
      throw new TimeoutError();
    };
  }

  /** Returns the fault of a connected service. */
  static of({ app }: TestApp): PublishFault {
    const { current } = app.get(NatsLink);
    if (current === null) throw new Error('The service is not connected to its broker');
    return new PublishFault(current);
  }

  failAt(point: InjectionPoint, outcome: PublishOutcome): void {
    this.outcome = outcome;
    this.injectAt(point);
  }
}
