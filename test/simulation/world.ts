import { loadSettings } from '../../src/config/load-settings.js';
import type { Settings } from '../../src/config/settings.js';
import { Authority, type Device, hubId, issuer } from './authority.js';
import { Broker } from './broker.js';
import { checkBacklog, checkCalm } from './check-calm.js';
import { Disk, type DiskImage } from './disk.js';
import { type CallFault, type CallPoint, Faults } from './faults.js';
import type { Hooks } from './hooks.js';
import { Incidents } from './incidents.js';
import { Invariants } from './invariants.js';
import { profilesOfStores } from './odd-profiles.js';
import { People } from './people.js';
import { Random } from './random.js';
import { Register } from './register.js';
import { replaceGlobals } from './replace-globals.js';
import { type Owner, Scheduler } from './scheduler.js';
import type { ServiceProcess } from './service-process.js';
import { StoreServer } from './store-server.js';

const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 10, 24, 12);
const busyAfterFaultMs = 5000;

const loaded = new Map<string, Settings>();

/** Loads the settings of a store once, because that takes as long as a short run. */
function settingsWith(tokenWarnings: string): Settings {
  const present = loaded.get(tokenWarnings);
  if (present !== undefined) return present;
  const settings = loadSettings({
    AUTH_SERVER_URL: issuer,
    HUB_NATS_URL: 'nats://127.0.0.1:4333',
    TOKEN_WARNINGS: tokenWarnings,
  });
  loaded.set(tokenWarnings, settings);
  return settings;
}

/** Draws the settings of a store. */
function drawSettings(random: Random): Settings {
  const settings = settingsWith(random.pick(['48h,24h,6h', '24h']));
  const { policy, authorizationServer } = settings;
  const refreshIntervalMs = random.pick([2, 24]) * hourMs;
  return Object.assign(Object.create(settings) as Settings, {
    policy: { ...policy, refreshIntervalMs },
    authorizationServer: { ...authorizationServer, profile: random.pick(profilesOfStores) },
  });
}

export interface WorldOptions {
  readonly seed: number;
  readonly hooks: Hooks;
  readonly isSkipped?: (key: string) => boolean;
  /** Whether the time line is recorded. */
  readonly isNoted?: boolean;
  /** Whether it has one process and no registers. */
  readonly isSmall?: boolean;
}

/** A store with its server, registers, hub and people, in virtual time. */
export class World {
  readonly scheduler: Scheduler;
  readonly latency: Random;
  readonly faults: Faults;
  readonly settings: Settings;
  readonly authority: Authority;
  readonly broker: Broker;
  readonly hub: Broker;
  readonly invariants: Invariants;
  readonly hooks: Hooks;
  readonly registers: Register[] = [];
  readonly serverDevices: Device[];
  readonly incidents: Incidents;
  readonly people: People;
  readonly timeline: string[] = [];
  server!: StoreServer;
  isInternetUp = true;
  lastPersonAtMs = 0;
  lastClockFaultAtMs = 0;
  lastFaultAtMs = 0;
  losesNotifications = false;
  calms = 0;

  private constructor(private readonly options: WorldOptions) {
    const { seed } = options;
    this.scheduler = new Scheduler(seed, startMs);
    this.latency = new Random(seed, 5);
    this.faults = new Faults({ seed, isSkipped: options.isSkipped ?? (() => false) });
    this.settings = drawSettings(this.latency);
    this.authority = new Authority(new Random(seed, 6), () => this.nowMs);
    this.broker = new Broker(this, 'broker');
    this.hub = new Broker(this, 'hub');
    this.hooks = options.hooks;
    this.invariants = new Invariants(this);
    this.incidents = new Incidents(this, new Random(seed, 7));
    this.people = new People(this, new Random(seed, 8));
    const hub = { id: hubId, name: 'Head office', url: null };
    const terms = { features: ['xms'], renewalDate: new Date(startMs + 400 * 24 * hourMs), hub };
    this.serverDevices = ['srv-1', 'srv-2'].map((id) => this.authority.addDevice(id, 'server', terms));
  }

  /** Creates a world, whose globals are replaced until `end`. @param blank a database that was never used */
  static async create(options: WorldOptions, disk: Disk, blank: DiskImage): Promise<World & { end(): void }> {
    disk.restore(blank);
    disk.reset();
    const world = new World(options);
    const restoreGlobals = replaceGlobals(world.scheduler, options.seed);
    const random = new Random(options.seed, 9);
    disk.isShared = !options.isSmall && random.chance(0.4);
    world.server = new StoreServer(world, disk, disk.isShared ? 2 : 1);
    disk.onCommit = (committed) => world.invariants.committed(committed);
    world.wireBrokers();
    world.server.startAll();
    for (const name of options.isSmall ? [] : ['register 1', 'register 2']) world.addRegister(name);
    return Object.assign(world, { end: restoreGlobals });
  }

  get nowMs(): number {
    return this.scheduler.nowMs;
  }

  /** The server device that registers follow. */
  get serverDevice(): Device {
    return this.serverDevices[0] as Device;
  }

  /** Whether tasks run at their real intervals: after a fault. */
  get isBusy(): boolean {
    return this.nowMs < this.lastFaultAtMs + busyAfterFaultMs;
  }

  call(owner: Owner, point: string, slowestMs?: number): Promise<void> {
    return this.scheduler.call(owner, point, slowestMs);
  }

  drawFault<Point extends CallPoint>(point: Point, owner: Owner): CallFault<Point> | null {
    const fault = this.faults.draw(point, this.scheduler.calls, this.nowMs);
    if (fault === null) return null;
    // Refused reads alone would keep the tasks at their shortest intervals.
    if (point !== 'database.read' && this.nowMs > this.lastFaultAtMs + 60_000)
      this.lastFaultAtMs = this.nowMs;
    this.note('fault', `${fault} of ${owner.name} (call ${this.scheduler.calls})`);
    if (fault !== 'crash-soon' && fault !== 'pause-soon') return fault;
    const index = this.server.processes.findIndex((process) => process === owner);
    this.scheduler.after(this.latency.between(0, 60), null, () => {
      if (this.server.processes[index] === owner) this.strike(index, fault);
    });
    return null;
  }

  private strike(index: number, fault: 'crash-soon' | 'pause-soon'): void {
    if (fault === 'crash-soon') this.server.crash(index, 1000);
    else this.server.pause(index, this.latency.pick([100, 20_000, 40_000, 120_000]));
  }

  rollNotificationLost(): boolean {
    return this.losesNotifications;
  }

  note(who: string, text: string): void {
    this.scheduler.mix(text);
    if (this.options.isNoted)
      this.timeline.push(`${new Date(this.nowMs).toISOString()}  ${who.padEnd(12)} ${text}`);
  }

  /** Asks a serving process whether it admits a token. */
  admit(owner: Owner, token: string): Promise<string> {
    const [process] = this.server.serving;
    if (process === undefined || process.link.current === null) return Promise.resolve('no answer');
    this.scheduler.calls += 1;
    return new Promise((resolve) => {
      this.scheduler.after(this.latency.between(1, 30), process, () => {
        const verdict = process.verifier.verify(token, owner.name);
        verdict.then(
          (answer) => {
            if (answer.kind === 'refused') this.note(owner.name, `is refused: ${answer.code}`);
            this.scheduler.after(1, owner, () => resolve(answer.kind));
          },
          () => this.scheduler.after(1, owner, () => resolve('no answer')),
        );
      });
      // A process that crashes in the meantime does not answer.
      this.scheduler.after(5000, owner, () => resolve('no answer'));
    });
  }

  addRegister(name: string): void {
    const id = name.replace(' ', '-');
    const hub = { id: this.serverDevice.id, name: 'Store', url: null };
    const device =
      this.authority.devices.get(id) ??
      this.authority.addDevice(id, 'register', { features: [], renewalDate: null, hub });
    const register = new Register(this, name, device);
    this.registers.push(register);
    this.scheduler.at(this.nowMs, register, () => register.start());
  }

  /** Runs until so many calls were made, in storms with a calm after each, or until a violation. */
  async run(calls: number): Promise<void> {
    this.people.begin(this.nowMs + hourMs);
    await this.runUntil(this.nowMs + hourMs, calls);
    while (this.scheduler.calls < calls && this.invariants.violation === null) {
      const stormMs = this.latency.between(hourMs, 20 * hourMs);
      this.incidents.begin(this.nowMs + stormMs);
      this.people.begin(this.nowMs + stormMs);
      await this.runUntil(this.nowMs + stormMs, calls);
      this.incidents.end();
      this.people.end();
      await this.runUntil(this.nowMs + 5 * hourMs, Infinity);
      if (this.invariants.violation === null) checkBacklog(this);
      await this.runUntil(this.nowMs + 21 * hourMs, Infinity);
      if (this.invariants.violation === null) await checkCalm(this);
      this.calms += 1;
    }
  }

  private async runUntil(untilMs: number, calls: number): Promise<void> {
    const { scheduler, invariants } = this;
    while (invariants.violation === null && scheduler.calls < calls) {
      if (!(await scheduler.step(untilMs))) {
        scheduler.nowMs = Math.max(scheduler.nowMs, untilMs);
        return;
      }
      for (const register of this.registers) if (register.hasMoved()) invariants.registerMoved(register);
    }
  }

  private wireBrokers(): void {
    const { broker, hub, invariants } = this;
    broker.onStored = (stream, subject, text) => {
      if (stream === 'LICENSING') invariants.stored(subject, text);
    };
    broker.serve = (subject) => (subject === 'svc.licensing.status' ? this.askStatus() : null);
    hub.addStream('STORES', ['stores.*.license.status', 'stores.*.token.expiring']);
    hub.serve = (subject, asker) =>
      subject === 'svc.licensing.stored' ? Promise.resolve(this.storedAtHub(asker)) : null;
  }

  private askStatus(): Promise<string> | null {
    const [process] = this.server.serving;
    if (process === undefined || process.link.current === null) return null;
    return new Promise((resolve, reject) => {
      this.scheduler.after(this.latency.between(1, 20), process, () => {
        process.query.freshText().then(
          (text) => this.scheduler.after(1, null, () => resolve(text)),
          () => this.scheduler.after(1, null, () => reject(new Error('no answer'))),
        );
      });
    });
  }

  /** What the hub has stored of the server that asks. */
  private storedAtHub(asker: Owner): string {
    const serverId = (asker as ServiceProcess).hubLink.serverId ?? '';
    const stored = Object.fromEntries(
      ['license.status', 'token.expiring'].map((subject) => {
        const text = this.hub.lastOf('STORES', `stores.${serverId}.${subject}`);
        return [subject, text === null ? null : (JSON.parse(text) as object)];
      }),
    );
    return JSON.stringify(stored);
  }
}
