import { type DynamicModule, Module } from '@nestjs/common';
import { AdminModule } from '../admin/admin.module.js';
import type { Settings } from '../config/settings.js';
import { HttpMetrics } from './http-metrics.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsGuard } from './metrics-guard.js';
import { MetricsRegistry } from './metrics-registry.js';

/** Provides the registry, to which each feature adds its metrics, and the route that Prometheus scrapes. */
@Module({})
export class MetricsModule {
  static forRoot({ metricsAccess }: Settings): DynamicModule {
    const isServed = metricsAccess !== 'off';
    return {
      module: MetricsModule,
      global: true,
      imports: isServed ? [AdminModule] : [],
      controllers: isServed ? [MetricsController] : [],
      providers: [MetricsRegistry, ...(isServed ? [MetricsGuard, HttpMetrics] : [])],
      exports: [MetricsRegistry],
    };
  }
}
