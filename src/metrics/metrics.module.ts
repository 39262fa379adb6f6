import { type DynamicModule, Module } from '@nestjs/common';
import { AdminModule } from '../admin/admin.module.js';
import type { Settings } from '../config/settings.js';
import { LicensingModule } from '../licensing/licensing.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { PeerListModule } from '../peer-registry/peer-list.module.js';
import { HttpMetrics } from './http-metrics.js';
import { LicenseMetrics } from '../licensing/license-metrics.js';
import { MessagingMetrics } from '../outbox/messaging-metrics.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsGuard } from './metrics-guard.js';
import { PeerListMetrics } from '../peer-registry/peer-registry-metrics.js';
import { MetricsRegistryModule } from './metrics-registry.module.js';

@Module({})
export class MetricsModule {
  /** Without metrics only what other parts count with stays. */
  static forRoot({ metricsAccess }: Settings): DynamicModule {
    if (metricsAccess === 'off') return { module: MetricsModule, imports: [MetricsRegistryModule] };
    return {
      module: MetricsModule,
      imports: [
        MetricsRegistryModule,
        AdminModule,
        LicensingModule,
        MessagingModule,
        OutboxModule,
        PeerListModule,
      ],
      controllers: [MetricsController],
      providers: [MetricsGuard, HttpMetrics, LicenseMetrics, MessagingMetrics, PeerListMetrics],
    };
  }
}
