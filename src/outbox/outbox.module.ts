import { Module } from '@nestjs/common';
import { AdminModule } from '../admin/admin.module.js';
import { LicensingModule } from '../licensing/licensing.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { EventsController } from './events.controller.js';
import { HubMessageIds } from './hub-message-ids.js';
import { HubOutbox } from './hub-outbox.js';
import { HubRelay } from './hub-relay.js';
import { HubStream } from './hub-stream.js';
import { LicenseStream } from './license-stream.js';
import { OutboxMetrics } from './outbox-metrics.js';
import { OutboxRelay } from './outbox-relay.js';
import { Outbox } from './outbox.js';
import { WebhookCursor } from './webhook-cursor.js';
import { Webhook } from './webhook.js';

@Module({
  imports: [AdminModule, LicensingModule, MessagingModule],
  controllers: [EventsController],
  providers: [
    Outbox,
    LicenseStream,
    OutboxRelay,
    HubOutbox,
    HubMessageIds,
    HubStream,
    HubRelay,
    OutboxMetrics,
    WebhookCursor,
    Webhook,
  ],
  exports: [Outbox, OutboxRelay, HubOutbox, HubRelay],
})
export class OutboxModule {}
