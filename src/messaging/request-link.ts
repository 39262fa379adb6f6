import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { BrokerLink } from './broker-link.js';

/**
 * The connection for requests of peers, with the same login as the one for events. A flood of requests fills only this
 * connection, so that events and their acknowledgements pass.
 */
@Injectable()
export class RequestLink extends BrokerLink {
  constructor({ nats: { url, login } }: Settings) {
    super(url, login, 'for requests of peers');
  }
}
