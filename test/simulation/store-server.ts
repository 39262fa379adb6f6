import type { Disk, DiskImage } from './disk.js';
import { Machine } from './machine.js';
import { ServiceProcess } from './service-process.js';
import type { World } from './world.js';

/** A store: one database, and the processes that use it. */
export class StoreServer {
  readonly machines: Machine[];
  readonly processes: ServiceProcess[] = [];
  readonly leases = new Map<string, { holder: string; untilMs: number }>();
  backup: DiskImage | null = null;
  /** The end of the last pause of any process, even of one that crashed since. */
  lastPauseEndsMs = 0;
  private count = 0;

  constructor(
    private readonly world: World,
    readonly disk: Disk,
    replicas: number,
  ) {
    this.machines = Array.from({ length: replicas }, () => new Machine(world.scheduler));
    disk.onNotify = () => this.notify();
  }

  /** The processes that have started and neither crashed nor pause. */
  get serving(): ServiceProcess[] {
    return this.processes.filter(
      ({ isAlive, isStarted, pausedUntilMs }) => isAlive && isStarted && pausedUntilMs <= this.world.nowMs,
    );
  }

  startAll(): void {
    this.machines.forEach((_machine, index) => this.start(index));
  }

  start(index: number): void {
    const machine = this.machines[index];
    if (machine === undefined) return;
    const { world } = this;
    this.count += 1;
    const name = `service ${index + 1}.${this.count}`;
    world.scheduler.at(world.nowMs, { ...starter(machine), name }, () => {
      if (this.processes[index]?.isAlive) return;
      const process = new ServiceProcess(world, this, name, machine);
      this.processes[index] = process;
      world.hooks.onProcess(process);
      world.scheduler.at(world.nowMs, process, () => {
        process.start().catch(() => {
          // A start that fails ends the process; the supervisor starts it again.
          process.crash();
          this.startLater(index, 5000);
        });
      });
    });
  }

  startLater(index: number, delayMs: number): void {
    const { world } = this;
    world.scheduler.after(delayMs, null, () => this.start(index));
  }

  crash(index: number, downMs: number): void {
    const process = this.processes[index];
    if (!process?.isAlive) return;
    process.crash();
    this.startLater(index, downMs);
  }

  /** Stops a process for a while, as SIGSTOP or a snapshot of its machine does. */
  pause(index: number, ms: number): void {
    const process = this.processes[index];
    if (process === undefined) return;
    process.pausedUntilMs = this.world.nowMs + ms;
    this.lastPauseEndsMs = Math.max(this.lastPauseEndsMs, process.pausedUntilMs);
  }

  crashAll(downMs: number): void {
    this.processes.forEach((_process, index) => this.crash(index, downMs));
  }

  private notify(): void {
    const { world } = this;
    for (const process of this.processes) {
      if (!process.isAlive || !process.isStarted) continue;
      if (world.rollNotificationLost()) continue;
      world.scheduler.after(world.latency.between(1, 50), process, () => {
        process.store.sync().catch(() => undefined);
      });
    }
  }
}

function starter(machine: Machine) {
  return {
    isAlive: true,
    pausedUntilMs: 0,
    wallMs: () => machine.wallMs(),
    uptimeMs: () => machine.uptimeMs(),
  };
}
