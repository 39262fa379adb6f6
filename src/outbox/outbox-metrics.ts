import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Counter } from 'prom-client';
import { within } from '../coordination/shutdown.js';
import { SingleFlight } from '../coordination/single-flight.js';
import { HubLink } from '../messaging/hub-link.js';
import { NatsLink } from '../messaging/nats-link.js';
import { PeerPresence } from '../messaging/peer-presence.js';
import { HubOutbox } from './hub-outbox.js';
import { eventSubjects } from '../events/streams.js';
import { OutboxRelay } from './outbox-relay.js';
import { Outbox } from './outbox.js';
import { MetricsRegistry } from '../metrics/metrics-registry.js';

/** Members are `null` if unknown. */
interface Waiting {
  readonly count: number | null;
  readonly oldestAt: Date | null;
}

const unknown: Waiting = { count: null, oldestAt: null };
const databaseTimeoutMs = 2000;

/** Reports the connections to the broker and the hub, and the events that wait for them. */
@Injectable()
export class OutboxMetrics implements OnModuleInit {
  /** Both gauges of a scrape share one query. */
  private readonly pendingQuery = new SingleFlight<Waiting>();
  private readonly hubPendingQuery = new SingleFlight<Waiting>();

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly link: NatsLink,
    private readonly peers: PeerPresence,
    private readonly outbox: Outbox,
    private readonly relay: OutboxRelay,
    private readonly hub: HubLink,
    private readonly hubOutbox: HubOutbox,
  ) {}

  onModuleInit(): void {
    const { registry } = this;
    registry.addGauge('nats_connected', 'Whether the broker is connected.', () => this.link.isConnected);
    registry.addGauge(
      'connected_peers',
      'Registers and store servers that are connected to the broker; absent while that is unknown.',
      () => this.peers.present?.size ?? null,
    );
    registry.addGauge(
      'outbox_pending_events',
      'Committed events that the broker has not yet stored; absent while the database cannot be read.',
      async () => (await this.pending()).count,
    );
    registry.addGauge(
      'outbox_oldest_event_timestamp_seconds',
      'When the oldest event that waits was committed; absent while none waits.',
      async () => (await this.pending()).oldestAt,
    );
    registry.addGauge(
      'outbox_set_aside_events',
      'Committed events that the broker or the hub refuses because of their size.',
      () => this.outbox.setAside.size + this.hubOutbox.setAside.size,
    );
    const published = new Counter({
      name: `${MetricsRegistry.prefix}published_events_total`,
      help: 'Events that the broker has stored.',
      labelNames: ['subject'],
      registers: [registry],
    });
    for (const subject of eventSubjects) published.inc({ subject }, 0);
    this.relay.published.subscribe(({ subject }) => published.inc({ subject }));
    this.addHub();
  }

  private addHub(): void {
    const { registry, hub } = this;
    registry.addGauge(
      'hub_connected',
      'Whether the broker of the hub is connected; absent where HUB_NATS_URL is not set.',
      () => (hub.isConfigured ? hub.isConnected : null),
    );
    registry.addGauge(
      'hub_outbox_pending_events',
      'Committed events that the hub has not yet stored; absent where HUB_NATS_URL is not set.',
      async () => (await this.pendingForHub()).count,
    );
    registry.addGauge(
      'hub_outbox_oldest_event_timestamp_seconds',
      'When the oldest event that waits for the hub was committed; absent while none waits.',
      async () => (await this.pendingForHub()).oldestAt,
    );
  }

  /** Never rejects, because the other metrics are needed when the database is away. */
  private pending(): Promise<Waiting> {
    return this.pendingQuery.run(() => readPending(this.outbox));
  }

  private async pendingForHub(): Promise<Waiting> {
    if (!this.hub.isConfigured) return unknown;
    return this.hubPendingQuery.run(() => readPending(this.hubOutbox));
  }
}

function readPending(outbox: Outbox): Promise<Waiting> {
  const pending = outbox.pending().catch(() => unknown);
  return within<Waiting>(databaseTimeoutMs, pending, unknown);
}
