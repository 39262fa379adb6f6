import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { LicensingModule } from '../licensing/licensing.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { HealthController } from './health.controller.js';

@Module({
  imports: [
    TerminusModule.forRoot({ logger: false, gracefulShutdownTimeoutMs: 1000 }),
    LicensingModule,
    MessagingModule,
    OutboxModule,
  ],
  controllers: [HealthController],
})
export class HealthModule {}
