import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { BackupModule } from './backup/backup.module.js';
import { ClockModule } from './clock/clock.module.js';
import { ConfigModule } from './config/config.module.js';
import type { Settings } from './config/settings.js';
import { HealthModule } from './health/health.module.js';
import { HubModule } from './hub/hub.module.js';
import { LicensingModule } from './licensing/licensing.module.js';
import { ManageLicenseModule } from './manage-license/manage-license.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { MessagingModule } from './messaging/messaging.module.js';
import { OutboxModule } from './outbox/outbox.module.js';
import { PeerRegistryModule } from './peer-registry/peer-registry.module.js';
import { PeersModule } from './peers/peers.module.js';
import { PersistenceModule } from './persistence/persistence.module.js';

@Module({})
export class AppModule {
  static forRoot(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(settings),
        ScheduleModule.forRoot(),
        ClockModule,
        PersistenceModule,
        LicensingModule,
        MessagingModule,
        OutboxModule,
        PeersModule,
        PeerRegistryModule,
        HubModule,
        HealthModule,
        MetricsModule.forRoot(settings),
        ManageLicenseModule,
        BackupModule,
      ],
    };
  }
}
