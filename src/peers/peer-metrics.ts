import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { MetricsRegistry } from '../metrics/metrics-registry.js';

/** What is counted of the registers and servers that connect to this one. */
@Injectable()
export class PeerMetrics {
  /** One for each license token of a peer that was looked at; `result` is `accepted`, or the code of the refusal. */
  readonly verifications: Counter<'result'>;

  constructor(registry: MetricsRegistry) {
    this.verifications = new Counter({
      name: `${MetricsRegistry.prefix}peer_verifications_total`,
      help: 'License tokens of peers that were verified, by what came of it.',
      labelNames: ['result'],
      registers: [registry],
    });
  }
}
