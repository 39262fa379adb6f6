import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { MetricsRegistry } from '../metrics/metrics-registry.js';

/** The metrics about connecting registers and servers. */
@Injectable()
export class PeerMetrics {
  /** Counts verified license tokens; `result` is `accepted` or the code of the refusal. */
  readonly verifications: Counter<'result'>;

  constructor(registry: MetricsRegistry) {
    this.verifications = new Counter({
      name: `${MetricsRegistry.prefix}peer_verifications_total`,
      help: 'Verified license tokens of peers, by result.',
      labelNames: ['result'],
      registers: [registry],
    });
  }
}
