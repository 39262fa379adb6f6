import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { MetricsRegistry } from '../metrics/metrics-registry.js';
import type { PeerRefusal } from './tokens/peer.js';

/** The metrics about connecting registers and servers. */
@Injectable()
export class PeerMetrics {
  private readonly verifications: Counter<'result'>;

  constructor(registry: MetricsRegistry) {
    this.verifications = new Counter({
      name: `${MetricsRegistry.prefix}peer_verifications_total`,
      help: 'Verified license tokens of peers, by result.',
      labelNames: ['result'],
      registers: [registry],
    });
  }

  /** @param result `accepted` or the code of the refusal */
  countVerification(result: PeerRefusal | 'accepted'): void {
    this.verifications.inc({ result });
  }
}
