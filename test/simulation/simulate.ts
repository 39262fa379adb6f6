import { Disk, type DiskImage } from './disk.js';
import { type Hooks, noHooks } from './hooks.js';
import type { Violation } from './invariants.js';
import { World } from './world.js';

export interface SimulationOptions {
  readonly seed: number;
  /** Calls through ports. */
  readonly calls: number;
  readonly hooks?: Hooks;
  readonly isSkipped?: (key: string) => boolean;
  readonly isNoted?: boolean;
}

export interface SimulationResult {
  readonly seed: number;
  readonly calls: number;
  readonly turns: number;
  readonly simulatedMs: number;
  readonly calms: number;
  readonly traceHash: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly faultKeys: readonly string[];
  readonly violation: Violation | null;
  readonly timeline: readonly string[];
}

let shared: Promise<{ disk: Disk; blank: DiskImage }> | null = null;

/** One database for all worlds of this process, because opening one takes longer than many worlds. */
export async function openDisk(): Promise<{ disk: Disk; blank: DiskImage }> {
  const disk = await Disk.create();
  return { disk, blank: disk.copy() };
}

/** Simulates a store until so many calls were made, or until an invariant is violated. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { seed, calls, hooks = noHooks } = options;
  const { disk, blank } = await (shared ??= openDisk());
  const world = await World.create({ ...options, hooks }, disk, blank);
  const beganMs = world.nowMs;
  try {
    await world.run(calls);
  } finally {
    world.end();
  }
  const { scheduler, faults, invariants, timeline } = world;
  return {
    seed,
    calls: scheduler.calls,
    turns: scheduler.turns,
    simulatedMs: world.nowMs - beganMs,
    calms: world.calms,
    traceHash: scheduler.traceHash,
    faults: faults.counts,
    faultKeys: faults.injected.map(({ key }) => key),
    violation: invariants.violation,
    timeline,
  };
}
