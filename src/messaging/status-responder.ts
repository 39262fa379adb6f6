import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { LicenseReader } from '../licensing/license-reader.js';
import { NatsLink } from './nats-link.js';

const subject = 'svc.licensing.status';

/** Answers `svc.licensing.status` with a license view that is computed at that moment. */
@Injectable()
export class StatusResponder implements OnModuleInit {
  private readonly logger = new Logger('NATS');
  private readonly served = new WeakSet<NatsConnection>();

  constructor(
    private readonly link: NatsLink,
    private readonly reader: LicenseReader,
  ) {}

  onModuleInit(): void {
    this.link.onConnected(async (connection) => {
      // A reconnection takes its subscriptions along.
      if (this.served.has(connection)) return;
      this.served.add(connection);
      void this.serve(connection.subscribe(subject, { queue: 'licensing' }));
    });
  }

  private async serve(requests: Subscription): Promise<void> {
    for await (const request of requests) {
      try {
        request.respond(JSON.stringify(await this.reader.freshView()));
      } catch (error) {
        this.logger.error(`A request on ${subject} could not be answered.`, error);
      }
    }
  }
}
