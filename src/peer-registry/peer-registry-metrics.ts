import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { Clock } from '../domain/ports/clock.js';
import { PeerPresence } from '../messaging/peer-presence.js';
import { within } from '../coordination/shutdown.js';
import { PeerRepository } from './peer-repository.js';
import { MetricsRegistry } from '../metrics/metrics-registry.js';

const databaseTimeoutMs = 1000;

/** Reports the number of known registers and store servers. */
@Injectable()
export class PeerRegistryMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly peers: PeerRepository,
    private readonly presence: PeerPresence,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    const known: Gauge<'kind'> = new Gauge({
      name: `${MetricsRegistry.prefix}peers`,
      help: 'Registers and store servers that this server knows; absent while the database cannot be read.',
      labelNames: ['kind'],
      registers: [this.registry],
      collect: async () => {
        for (const kind of ['server', 'register'] as const) {
          const counted = this.peers.countOfKind(kind).catch(() => null);
          const count = await within(databaseTimeoutMs, counted, null);
          // An error would fail the whole scrape, but the other metrics are needed when the database is away.
          if (count === null) known.remove({ kind });
          else known.set({ kind }, count);
        }
      },
    });
    this.registry.addGauge(
      'peers_connected',
      'Registers and store servers that are connected; absent while the broker cannot be asked.',
      () => this.presence.present?.size ?? null,
    );
    this.registry.addGauge(
      'peers_refused',
      'Known peers whose last attempt this server refused; absent while the database cannot be read.',
      () =>
        within(
          databaseTimeoutMs,
          this.peers.countRefused().catch(() => null),
          null,
        ),
    );
    this.registry.addGauge(
      'peers_in_need_of_attention',
      'Known peers that need attention; absent while the database cannot be read.',
      () => {
        const counted = this.peers.count(this.clock.now()).then(
          ({ attention }) => attention,
          () => null,
        );
        return within(databaseTimeoutMs, counted, null);
      },
    );
  }
}
