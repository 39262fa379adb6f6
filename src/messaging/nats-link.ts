import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { BrokerLink } from './broker-link.js';

/** Keeps the connection for events, in the account that has the stream. */
@Injectable()
export class NatsLink extends BrokerLink {
  constructor({ nats: { url, login } }: Settings) {
    super(url, login, 'for events');
  }
}
