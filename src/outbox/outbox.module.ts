import { Module } from '@nestjs/common';
import { LicensingModule } from '../licensing/licensing.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { LicenseStream } from './license-stream.js';
import { OutboxRelay } from './outbox-relay.js';
import { Outbox } from './outbox.js';

@Module({
  imports: [LicensingModule, MessagingModule],
  providers: [Outbox, LicenseStream, OutboxRelay],
  exports: [Outbox, OutboxRelay],
})
export class OutboxModule {}
