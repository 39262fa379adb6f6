import { Module } from '@nestjs/common';
import { LicensingModule } from '../licensing/licensing.module.js';
import { NatsLink } from './nats-link.js';
import { StatusResponder } from './status-responder.js';

@Module({
  imports: [LicensingModule],
  providers: [NatsLink, StatusResponder],
  exports: [NatsLink],
})
export class MessagingModule {}
