import { Global, Module } from '@nestjs/common';
import { MetricsRegistry } from './metrics-registry.js';
import { PeerMetrics } from '../peers/peer-metrics.js';

/** What any part of the service may count with; it depends on none of them. */
@Global()
@Module({
  providers: [MetricsRegistry, PeerMetrics],
  exports: [MetricsRegistry, PeerMetrics],
})
export class MetricsRegistryModule {}
