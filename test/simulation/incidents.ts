import { Database } from '../../src/persistence/database.js';
import { quarantineRestoredDatabase } from '../../src/persistence/quarantine-restored-database.js';
import type { Random } from './random.js';
import { hubId } from './authority.js';
import { incidentKinds, type IncidentKind } from './faults.js';
import type { World } from './world.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const clockKinds: readonly IncidentKind[] = [
  'reboot-with-dead-battery',
  'clock-jumps-ahead',
  'clock-jumps-back',
  'clock-corrected',
  'clock-drifts',
];

/** What the Authorization server may decide at the end of a storm. */
const lastKinds: readonly IncidentKind[] = ['license-revoked', 'server-loses-grant', 'server-forgets-grant'];

/** Causes the faults that begin at a time: outages, crashes, wrong clocks, restored copies, decisions of the server. */
export class Incidents {
  private activeUntilMs = 0;
  private count = 0;
  /** Many worlds have few kinds, so that those meet each other more often. */
  private readonly kinds: readonly IncidentKind[];

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {
    const few = incidentKinds.filter(() => random.chance(0.2));
    this.kinds = few.length > 0 && random.chance(0.6) ? few : incidentKinds;
  }

  begin(untilMs: number): void {
    const { world, random } = this;
    this.activeUntilMs = untilMs;
    world.faults.rate = random.pick([0.02, 0.05, 0.15, 0.4]);
    if (random.chance(0.2)) {
      // Without other incidents, the service knows that its token ends in the outage, and finds the grant dead after it.
      world.faults.rate = 0.02;
      this.cause('internet-down');
      if (random.chance(0.6)) this.cause(random.pick(['server-loses-grant', 'server-forgets-grant']));
      this.next(5 * hourMs);
    } else this.next(random.pick([2 * minuteMs, 10 * minuteMs, 40 * minuteMs]));
  }

  /** Ends every outage, and keeps the decisions of the Authorization server: sometimes the last are against the license. */
  end(): void {
    const { world } = this;
    if (this.random.chance(0.45)) this.cause(this.random.pick(lastKinds));
    const laterMs = this.random.between(hourMs, 4 * hourMs);
    if (this.random.chance(0.4)) world.scheduler.after(laterMs, null, () => this.cause('license-revoked'));
    this.activeUntilMs = 0;
    world.faults.rate = 0;
    world.isInternetUp = true;
    world.server.disk.state = 'ok';
    world.broker.isUp = true;
    world.hub.isUp = true;
    world.losesNotifications = false;
    this.setClocks(0);
  }

  private next(meanGapMs: number): void {
    const { world, random } = this;
    world.scheduler.after(random.wait(meanGapMs), null, () => {
      if (world.nowMs >= this.activeUntilMs) return;
      this.cause(this.random.pick(this.kinds));
      this.next(meanGapMs);
    });
  }

  private cause(kind: IncidentKind): void {
    const { world, random } = this;
    this.count += 1;
    const size = random.next();
    if (!world.faults.inject(`incident ${this.count}`, kind, world.nowMs)) return;
    world.note('fault', kind);
    world.lastFaultAtMs = world.nowMs;
    if (clockKinds.includes(kind)) world.lastClockFaultAtMs = world.nowMs;
    this.apply(kind, size);
  }

  private apply(kind: IncidentKind, size: number): void {
    const group = this.onMachines(kind, size) || this.onAuthority(kind, size) || this.onBrokers(kind, size);
    if (!group) this.onData(kind, size);
  }

  private onMachines(kind: IncidentKind, size: number): boolean {
    const { world } = this;
    const { server } = world;
    const index = Math.floor(size * server.machines.length);
    switch (kind) {
      case 'crash':
        server.crash(index, 1000 + size * 10_000);
        return true;
      case 'power-cut':
        this.cutPower(size * hourMs);
        return true;
      case 'reboot-with-dead-battery':
        this.cutPower(minuteMs);
        this.setClocks(Date.UTC(2000, 0, 1) - world.nowMs);
        return true;
      case 'clock-jumps-ahead':
        this.setClocks(size ** 4 * 400 * dayMs);
        return true;
      case 'clock-jumps-back':
        this.setClocks(-(size ** 4) * 400 * dayMs);
        return true;
      case 'clock-corrected':
        this.setClocks(0);
        return true;
      case 'clock-drifts':
        for (const machine of server.machines) machine.setError(machine.errorNowMs(), (size - 0.5) * 2e-3);
        return true;
      case 'process-paused':
        server.pause(index, size ** 2 * hourMs);
        return true;
      case 'lease-held-elsewhere':
        server.leases.set('refresh', {
          holder: 'another replica',
          untilMs: world.nowMs + size ** 4 * 30 * minuteMs,
        });
        return true;
      default:
        return false;
    }
  }

  private cutPower(downMs: number): void {
    const { server } = this.world;
    server.crashAll(downMs);
    server.disk.losePower();
    for (const machine of server.machines) machine.reboot();
  }

  private setClocks(errorMs: number): void {
    const { world } = this;
    world.lastClockFaultAtMs = world.nowMs;
    for (const machine of world.server.machines) machine.setError(errorMs);
  }

  private onAuthority(kind: IncidentKind, size: number): boolean {
    const { world } = this;
    const { authority, serverDevice } = world;
    switch (kind) {
      case 'internet-down':
        this.during(
          size ** 3 * 40 * dayMs,
          () => (world.isInternetUp = false),
          () => (world.isInternetUp = true),
        );
        return true;
      case 'server-stops-rotating':
        authority.rotation = 'off';
        return true;
      case 'server-rotates-with-grace':
        authority.rotation = 'with-grace';
        return true;
      case 'server-rotates-strictly':
        authority.rotation = 'strict';
        return true;
      case 'server-rotates-keys':
        authority.rotateKeys();
        return true;
      case 'server-loses-grant': {
        const grant = authority.grants.findLast(({ device }) => device === serverDevice);
        if (grant !== undefined) authority.end(grant, false);
        return true;
      }
      case 'server-forgets-grant': {
        const grant = authority.grants.findLast(({ device }) => device === serverDevice);
        if (grant !== undefined)
          grant.forgottenUntilMs = Math.min(
            world.nowMs + size * 10 * hourMs,
            this.activeUntilMs + 4 * hourMs,
          );
        return true;
      }
      case 'license-revoked':
        authority.revokeDevice(serverDevice);
        return true;
      case 'license-suspended':
        this.during(
          size * 12 * hourMs,
          () => (serverDevice.isSuspended = true),
          () => (serverDevice.isSuspended = false),
        );
        return true;
      case 'terms-changed':
        this.changeTerms(size);
        return true;
      case 'renewal-comes-near':
        serverDevice.terms = {
          ...serverDevice.terms,
          renewalDate:
            size < 0.3 ? null : new Date(Math.floor((world.nowMs + (size - 0.4) * 90 * dayMs) / 1000) * 1000),
        };
        return true;
      default:
        return false;
    }
  }

  private changeTerms(size: number): void {
    const { serverDevice } = this.world;
    const { terms } = serverDevice;
    const name = `name ${Math.floor(size * 20)}`;
    const hub = terms.hub ?? { id: hubId, name, url: null };
    if (size < 0.2) serverDevice.name = name;
    else if (size < 0.45) serverDevice.terms = { ...terms, hub: { ...hub, name } };
    else if (size < 0.7) serverDevice.terms = { ...terms, hub: { ...hub, url: `nats://${name}` } };
    else if (size < 0.8) serverDevice.terms = { ...terms, hub: terms.hub === null ? hub : null };
    else serverDevice.terms = { ...terms, features: [`feature-${Math.floor(size * 20)}`] };
  }

  private onBrokers(kind: IncidentKind, size: number): boolean {
    const { world } = this;
    const { broker, hub } = world;
    switch (kind) {
      case 'broker-restarts':
        broker.dropConnections();
        return true;
      case 'broker-down':
        this.during(
          size ** 2 * dayMs,
          () => broker.stop(),
          () => (broker.isUp = true),
        );
        return true;
      case 'stream-purged':
        broker.purge();
        return true;
      case 'stream-deleted':
        broker.streams.clear();
        return true;
      case 'foreign-message':
        broker.storeForeign('license.status', size < 0.5 ? '{"specversion":"1.0"}' : 'not JSON');
        return true;
      case 'hub-down':
        this.during(
          size ** 2 * dayMs,
          () => hub.stop(),
          () => (hub.isUp = true),
        );
        return true;
      case 'hub-stream-deleted':
        hub.purge();
        return true;
      case 'register-restarts':
        this.restartRegister(Math.floor(size * world.registers.length));
        return true;
      case 'register-offline':
        world.registers[Math.floor(size * world.registers.length)]?.connection?.drop('cable');
        return true;
      default:
        return false;
    }
  }

  private restartRegister(index: number): void {
    const { world } = this;
    const register = world.registers[index];
    if (register === undefined) return;
    register.crash();
    world.registers.splice(index, 1);
    world.addRegister(register.name);
  }

  private onData(kind: IncidentKind, size: number): void {
    const { world } = this;
    const { server } = world;
    const { disk } = server;
    const recover = (): void => {
      disk.state = 'ok';
    };
    switch (kind) {
      case 'disk-full':
        this.during(size * hourMs, () => (disk.state = 'full'), recover);
        return;
      case 'disk-read-only':
        this.during(size * hourMs, () => (disk.state = 'read-only'), recover);
        return;
      case 'backup':
        if (!disk.isInTransaction) server.backup = disk.copy();
        return;
      case 'restored-original-gone':
        this.restore(true);
        return;
      case 'restored-original-runs':
        this.restore(false);
        return;
      case 'notification-lost':
        world.losesNotifications = size < 0.7;
        return;
      default:
        throw new Error(`No incident does ${kind}.`);
    }
  }

  /** Stops the service, restores the backup with the code of the command, and starts the service. */
  private restore(isOriginalGone: boolean): void {
    const { world } = this;
    const { server, settings, invariants } = world;
    const { backup, disk } = server;
    if (backup === null) return;
    server.crashAll(hourMs);
    disk.restore(backup);
    disk.state = 'ok';
    const command = { ...stoppedMachine(server.machines[0]), name: 'restore' };
    invariants.restored();
    world.scheduler.at(world.nowMs, command, () => {
      const actor = { name: 'command line', address: null };
      const options = { isOriginalGone, hasKey: true, isAuthenticated: true, actor };
      quarantineRestoredDatabase(new Database(disk.dataSource), disk.box, settings, options).then(
        () => {
          const waiting = disk.rows(
            'SELECT sequence FROM outbox_event WHERE published_at IS NULL ORDER BY sequence',
          );
          disk.reread();
          invariants.unpublished = waiting.map(({ sequence }) => Number(sequence));
        },
        (error: unknown) => invariants.fail('restore-works', String(error)),
      );
    });
  }

  private during(ms: number, begin: () => void, end: () => void): void {
    begin();
    this.world.scheduler.after(Math.min(ms, Math.max(0, this.activeUntilMs - this.world.nowMs)), null, () => {
      end();
      this.world.lastFaultAtMs = this.world.nowMs;
    });
  }
}

function stoppedMachine(machine: { wallMs(): number; uptimeMs(): number } | undefined) {
  return {
    isAlive: true,
    pausedUntilMs: 0,
    wallMs: () => machine?.wallMs() ?? 0,
    uptimeMs: () => machine?.uptimeMs() ?? 0,
  };
}
