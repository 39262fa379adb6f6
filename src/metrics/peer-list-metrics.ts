import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { SingleFlight } from '../licensing/single-flight.js';
import { Clock } from '../licensing/ports/clock.js';
import { KnownPeers, type PeerCount } from '../peer-list/known-peers.js';
import { MetricsRegistry } from './metrics-registry.js';

const kinds = ['server', 'register'] as const;

/** The registers and store servers that have come to this one. */
@Injectable()
export class PeerListMetrics implements OnModuleInit {
  /** Both gauges of one scrape share one look at the database. */
  private readonly look = new SingleFlight<PeerCount[] | null>();

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly peers: KnownPeers,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    const peers: Gauge<'kind'> = new Gauge({
      name: `${MetricsRegistry.prefix}peers`,
      help: 'Registers and store servers that this server knows; absent while the database cannot be read.',
      labelNames: ['kind'],
      registers: [this.registry],
      collect: async () => {
        const counted = await this.count();
        peers.reset();
        if (counted === null) return;
        for (const kind of kinds) peers.set({ kind }, counted.find((count) => count.kind === kind)?.total ?? 0);
      },
    });
    this.registry.addGauge(
      'peers_in_need_of_attention',
      'How many of them somebody should look after; absent while the database cannot be read.',
      async () => (await this.count())?.reduce((sum, { attention }) => sum + attention, 0) ?? null,
    );
  }

  /** A database that is away must not take the other metrics with it: they say what else is wrong. */
  private count(): Promise<PeerCount[] | null> {
    return this.look.run(() => this.peers.count(this.clock.now()).catch(() => null));
  }
}
