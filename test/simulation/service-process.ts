import { MachineClock } from '../../src/clock/machine-clock.js';
import { TrustedClock } from '../../src/clock/trusted-clock.js';
import { Leadership } from '../../src/coordination/leadership.js';
import { trustworthyNow } from '../../src/domain/ports/clock.js';
import type { ClockReading } from '../../src/domain/trusted-time.js';
import { AdvanceLicense } from '../../src/licensing/advance-license.js';
import { ApplyRefreshAnswer } from '../../src/licensing/apply-refresh-answer.js';
import { CancelAuthorization } from '../../src/licensing/cancel-authorization.js';
import { EndRevokedLicense } from '../../src/licensing/end-revoked-license.js';
import { LicenseQuery } from '../../src/licensing/license-query.js';
import { LicenseScheduler } from '../../src/licensing/license-scheduler.js';
import { PollAuthorization } from '../../src/licensing/poll-authorization.js';
import { RefreshLicense } from '../../src/licensing/refresh-license.js';
import { RemoveLicense } from '../../src/licensing/remove-license.js';
import { RequestUserCode } from '../../src/licensing/request-user-code.js';
import { RevokeDroppedGrants } from '../../src/licensing/revoke-dropped-grants.js';
import { TrustedIntrospection } from '../../src/licensing/trusted-introspection.js';
import { HubMessageIds } from '../../src/outbox/hub-message-ids.js';
import { HubOutbox } from '../../src/outbox/hub-outbox.js';
import { HubRelay } from '../../src/outbox/hub-relay.js';
import { HubStream } from '../../src/outbox/hub-stream.js';
import { LicenseStream } from '../../src/outbox/license-stream.js';
import { OutboxRelay } from '../../src/outbox/outbox-relay.js';
import { Outbox } from '../../src/outbox/outbox.js';
import { IssuerKeys } from '../../src/peers/issuer-keys.js';
import { PeerVerifier } from '../../src/peers/peer-verifier.js';
import { RevocationList } from '../../src/peers/revocation-list.js';
import { TrustDataRefresher } from '../../src/peers/trust-data-refresher.js';
import { KeyValueStore } from '../../src/persistence/key-value-store.js';
import { DatabaseLeases } from '../../src/persistence/database-leases.js';
import { TypeormLicenseStore } from '../../src/persistence/typeorm-license-store.js';
import { AuthorityClient, SimulatedDocuments } from './authority-client.js';
import type { Machine } from './machine.js';
import type { Owner } from './scheduler.js';
import { SimulatedDatabase, SimulatedLeases } from './simulated-database.js';
import { SimulatedLink } from './simulated-link.js';
import type { StoreServer } from './store-server.js';
import type { World } from './world.js';

/** Reads the clocks of a simulated machine. */
class SimulatedMachineClock extends MachineClock {
  constructor(
    private readonly world: World,
    private readonly owner: Owner,
  ) {
    super();
  }

  override read(): ClockReading {
    return { wall: new Date(Math.floor(this.owner.wallMs())), uptimeMs: this.owner.uptimeMs() };
  }

  override async sleep(ms: number): Promise<void> {
    this.world.scheduler.calls += 1;
    await this.world.scheduler.sleep(this.owner, ms);
  }
}

/** One run of the service: its real use cases, store, relays and verifier, on simulated ports. */
export class ServiceProcess implements Owner {
  isAlive = true;
  isStarted = false;
  pausedUntilMs = 0;
  readonly clock: TrustedClock;
  readonly store: TypeormLicenseStore;
  readonly query: LicenseQuery;
  readonly verifier: PeerVerifier;
  readonly refresh: RefreshLicense;
  readonly poll: PollAuthorization;
  readonly requestCode: RequestUserCode;
  readonly cancel: CancelAuthorization;
  readonly remove: RemoveLicense;
  readonly revocations: RevocationList;
  readonly relay: OutboxRelay;
  readonly hubRelay: HubRelay;
  readonly outbox: Outbox;
  readonly link: SimulatedLink;
  readonly hubLink: SimulatedLink;
  readonly leadership: Leadership;
  private readonly trustData: TrustDataRefresher;
  private readonly scheduler: LicenseScheduler;

  constructor(
    readonly world: World,
    readonly server: StoreServer,
    readonly name: string,
    private readonly machine: Machine,
  ) {
    const { settings } = world;
    const database = new SimulatedDatabase(world, this, server.disk);
    const values = new KeyValueStore(database);
    this.store = new TypeormLicenseStore(database, server.disk.box);
    const store = world.hooks.wrapStore(this.store, server);
    this.clock = new TrustedClock(new SimulatedMachineClock(world, this), store);
    const { clock } = this;
    const authority = world.hooks.wrapAuthority(new AuthorityClient(world, this));
    const documents = new SimulatedDocuments(world, this);
    const keys = new IssuerKeys(settings, documents, values);
    this.revocations = new RevocationList(keys, documents, values, clock, settings);
    this.trustData = new TrustDataRefresher(keys, this.revocations, store);
    const leases = server.disk.isShared
      ? new SimulatedLeases(world, this, server.leases)
      : new DatabaseLeases(database);
    this.leadership = new Leadership(leases);
    const apply = new ApplyRefreshAnswer(clock, settings);
    const introspection = new TrustedIntrospection(authority, store, values, clock, settings);
    this.refresh = new RefreshLicense(
      authority,
      store,
      clock,
      settings,
      leases,
      apply,
      this.trustData,
      this.revocations,
      introspection,
    );
    this.poll = new PollAuthorization(authority, store, clock, settings);
    this.requestCode = new RequestUserCode(authority, store, clock, settings);
    this.cancel = new CancelAuthorization(store, clock);
    this.remove = new RemoveLicense(store, clock, settings);
    this.query = new LicenseQuery(store, clock, settings);
    this.verifier = new PeerVerifier(keys, this.revocations, store, clock, settings);
    this.scheduler = new LicenseScheduler(
      new AdvanceLicense(store, clock, settings),
      this.poll,
      this.refresh,
      new EndRevokedLicense(this.revocations, store, clock, settings),
      new RevokeDroppedGrants(authority, store, clock),
      introspection,
      this.leadership,
      store,
    );
    this.outbox = new Outbox(database, settings);
    this.link = new SimulatedLink(world.broker, this, () => '');
    this.relay = new OutboxRelay(
      this.outbox,
      new LicenseStream(settings),
      this.link.asNatsLink,
      store,
      this.leadership,
      clock,
    );
    this.hubLink = new SimulatedLink(world.hub, this, () => this.hubLogin());
    const hubStream = new HubStream(this.hubLink.asHubLink, store, new HubMessageIds(values));
    this.hubRelay = new HubRelay(
      new HubOutbox(database, settings),
      hubStream,
      this.hubLink.asHubLink,
      store,
      this.leadership,
      clock,
    );
  }

  wallMs(): number {
    return this.machine.wallMs();
  }

  uptimeMs(): number {
    return this.machine.uptimeMs();
  }

  /** Starts as Nest does: first the modules, then the application. */
  async start(): Promise<void> {
    await this.store.onModuleInit();
    await this.trustData.onModuleInit();
    this.relay.onModuleInit();
    this.hubRelay.onModuleInit();
    this.clock.onApplicationBootstrap();
    this.refresh.onApplicationBootstrap();
    this.store.onCommit(() => this.hubLink.followLogin());
    this.isStarted = true;
    this.link.start();
    this.hubLink.start();
    this.beat('tick', 500, 4_800_000, () => void this.scheduler.tick());
    this.beat('drain', 5000, 7_200_000, () => {
      void this.relay.drain();
      void this.hubRelay.drain();
    });
    this.beat('check', 60_000, 7_200_000, () => {
      void this.relay.checkStream();
      void this.hubRelay.checkStream();
      void this.trustData.checkNow();
    });
    this.beat('prune', 3_600_000, 86_400_000, () => void this.relay.prune());
  }

  crash(): void {
    this.isAlive = false;
    this.server.disk.abandon(this);
    this.link.abandon();
    this.hubLink.abandon();
  }

  /** Runs a task at its interval, or at longer random ones while nothing happens. */
  private beat(name: string, intervalMs: number, idleMs: number, run: () => void): void {
    const { world } = this;
    const idleGapMs = intervalMs + world.latency.next() ** 2 * (idleMs - intervalMs);
    const gapMs = world.isBusy ? intervalMs : world.people.isWaiting ? 4 * intervalMs : idleGapMs;
    world.scheduler.after(gapMs, this, () => {
      run();
      this.beat(name, intervalMs, idleMs, run);
    });
  }

  /** The device id with which the hub admits this server; `null` without a valid license or a hub. */
  private hubLogin(): string | null {
    const { state, secrets } = this.store;
    if (secrets === null || !state.license?.terms.hub || state.identity === null) return null;
    return state.license.token.expiresAt > trustworthyNow(this.clock) ? state.identity.serverId : null;
  }
}
