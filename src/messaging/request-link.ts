import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { BrokerLink } from './broker-link.js';

/**
 * Keeps the connection for requests of peers, apart from the one for events: a flood of requests does not delay events and
 * their acknowledgements.
 */
@Injectable()
export class RequestLink extends BrokerLink {
  constructor({ nats: { url, login } }: Settings) {
    super(url, login, 'for requests of peers');
  }
}
