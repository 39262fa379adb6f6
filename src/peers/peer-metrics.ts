import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { MetricsRegistry } from '../metrics/metrics-registry.js';
import type { PeerRefusal } from './tokens/peer.js';

/** The metrics about connecting registers and servers. */
@Injectable()
export class PeerMetrics {
  private readonly verifications = new Map<string, number>();

  constructor(registry: MetricsRegistry) {
    const { verifications } = this;
    // Counting in the counter itself would join its labels for every request.
    const counter: Counter<'result'> = new Counter({
      name: `${MetricsRegistry.prefix}peer_verifications_total`,
      help: 'Verified license tokens of peers, by result.',
      labelNames: ['result'],
      registers: [registry],
      collect: () => {
        counter.reset();
        for (const [result, count] of verifications) counter.inc({ result }, count);
      },
    });
  }

  /** @param result `accepted` or the code of the refusal */
  countVerification(result: PeerRefusal | 'accepted'): void {
    this.verifications.set(result, (this.verifications.get(result) ?? 0) + 1);
  }
}
