import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { MetricsRegistry } from '../metrics/metrics-registry.js';
import type { PeerRefusal } from './tokens/peer.js';

/** The metrics about connecting registers and servers. */
@Injectable()
export class PeerMetrics {
  /** Since the last scrape: the counter builds a key of the labels at each increment. */
  private readonly verifications = new Map<string, number>();

  constructor(registry: MetricsRegistry) {
    const counter = new Counter({
      name: `${MetricsRegistry.prefix}peer_verifications_total`,
      help: 'Verified license tokens of peers, by result.',
      labelNames: ['result'],
      registers: [registry],
      collect: () => {
        for (const [result, count] of this.verifications) counter.inc({ result }, count);
        this.verifications.clear();
      },
    });
  }

  /** @param result `accepted` or the code of the refusal */
  countVerification(result: PeerRefusal | 'accepted'): void {
    this.verifications.set(result, (this.verifications.get(result) ?? 0) + 1);
  }
}
