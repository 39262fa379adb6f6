import { AsyncLocalStorage } from 'node:async_hooks';
import type { CommittedRow, Disk, DiskImage } from './disk.js';
import type { CallFault, CallPoint } from './faults.js';
import { type Hooks, noHooks } from './hooks.js';
import type { Violation } from './invariants.js';
import type { ServiceProcess } from './service-process.js';
import { openDisk } from './simulate.js';
import { World } from './world.js';

const actor = { name: 'anna', address: '10.0.0.9' };
const seed = 1;
const maxFaults = 2;
const minuteMs = 60_000;
/** Calls take less in this search, and waits take more. */
const beatMs = 500;
/** The faults of each call. A crash can also come before each step. */
const faultsOf: Readonly<Partial<Record<CallPoint, readonly CallFault[]>>> = {
  'authorization-server': ['request-lost', 'answer-lost', 'answer-unusable'],
  'database.write': ['write-refused', 'write-undone', 'commit-unacknowledged'],
  broker: ['publish-lost', 'acknowledgement-lost'],
};

/** A task of the service. The calls that it has made show where its code is. */
interface Task {
  readonly name: string;
  calls: number;
  /** Of its present call. */
  fault: string;
}

interface CornerResult {
  /** Distinct states that were reached. */
  readonly states: number;
  /** Distinct pairs of fault kinds, in their order. */
  readonly pairs: number;
  /** Runs from the start, one for each order that leads to a state not reached before. */
  readonly runs: number;
  /** Choices of the run that violates an invariant. */
  readonly choices: readonly number[];
  readonly violation: Violation | null;
}

const tasks = new AsyncLocalStorage<Task>();

/** The choices of one run: first the given ones, then the first of each. */
class Choices {
  readonly taken: { readonly choice: number; readonly count: number }[] = [];

  constructor(private readonly given: readonly number[]) {}

  /** Whether the run has left the path of the run before. */
  get isNew(): boolean {
    return this.taken.length >= this.given.length;
  }

  next(count: number): number {
    const choice = this.given[this.taken.length] ?? 0;
    this.taken.push({ choice, count });
    return choice;
  }

  /** Returns the paths that differ from this run after the given choices. */
  branches(): number[][] {
    const path = this.taken.map(({ choice }) => choice);
    return this.taken.flatMap(({ count }, index) =>
      index < this.given.length
        ? []
        : Array.from({ length: count - 1 }, (_, other) => [...path.slice(0, index), other + 1]),
    );
  }
}

/**
 * Searches all orders of a refresh and a removal, whose events are published, with at most two faults in so many steps. Each
 * run starts at the beginning, because running code cannot be copied, and ends at a state that was reached before. After
 * the last step a minute passes without faults.
 */
export async function searchCorner(steps: number, hooks: Hooks = noHooks): Promise<CornerResult> {
  const { disk, blank } = await openDisk();
  const authorized = await authorize(disk, blank);
  const seen = new Map<string, number>();
  const pairs = new Set<string>();
  const waiting: number[][] = [[]];
  let runs = 0;
  for (let given = waiting.pop(); given !== undefined; given = waiting.pop()) {
    const world = await World.create({ seed, hooks, isSmall: true }, disk, authorized.image);
    for (const row of authorized.rows) world.invariants.rows.set(row.id, row);
    const choices = new Choices(given);
    runs += 1;
    try {
      await runOnce(world, steps, choices, seen);
    } finally {
      world.end();
    }
    const kinds = world.faults.injected.map(({ kind }) => kind);
    if (kinds.length === maxFaults) pairs.add(kinds.join(' '));
    const { violation } = world.invariants;
    if (violation !== null) return { states: seen.size, runs, pairs: pairs.size, violation, choices: given };
    waiting.push(...choices.branches());
  }
  return { states: seen.size, runs, pairs: pairs.size, violation: null, choices: [] };
}

async function runOnce(
  world: World,
  steps: number,
  choices: Choices,
  seen: Map<string, number>,
): Promise<void> {
  const { scheduler, faults, invariants, server } = world;
  // Its relay would only add more orders.
  world.hub.stop();
  const process = await startLicensed(world);
  invariants.lastRemovalAtMs = world.nowMs;
  world.lastPersonAtMs = world.nowMs;
  nameTasks(world, process);
  for (const [name, act] of [
    ['refresh', () => process.refresh.execute(actor)],
    ['removal', () => process.remove.execute(actor)],
  ] as const)
    scheduler.at(world.nowMs, process, () =>
      tasks.run({ name, calls: 0, fault: '' }, () => void act().catch(() => undefined)),
    );
  scheduler.choose = (count) => choices.next(count);
  faults.choose = (point) => {
    const kinds = faultsOf[point] ?? [];
    const fault = faults.injected.length < maxFaults ? kinds[choices.next(kinds.length + 1) - 1] : undefined;
    const task = tasks.getStore();
    if (task !== undefined) task.fault = fault ?? '';
    return fault ?? null;
  };
  for (let left = steps; left > 0 && invariants.violation === null; left -= 1) {
    if (choices.isNew && !isNews(seen, describe(world), left)) return;
    if (server.processes[0]?.isAlive && faults.injected.length < maxFaults && choices.next(2) === 1) {
      faults.inject(`step ${left}`, 'crash', world.nowMs);
      server.crash(0, 1000);
    }
    await scheduler.step(Infinity);
  }
  if (!isNews(seen, describe(world), 0)) return;
  scheduler.choose = null;
  faults.choose = () => null;
  // Tasks run at their longer intervals.
  world.lastFaultAtMs = 0;
  await runFor(world, minuteMs);
}

/** Names each turn by its task, the calls that the task has made and the fault of the present one. */
function nameTasks({ scheduler }: World, { relay }: ServiceProcess): void {
  scheduler.nameTask = () => {
    const task = tasks.getStore();
    if (task === undefined) return '';
    task.calls += 1;
    return `${task.name} ${task.calls} ${task.fault} `;
  };
  const drain = relay.drain.bind(relay);
  // A commit begins it, and does not wait for it.
  relay.drain = () => tasks.run({ name: 'drain', calls: 0, fault: '' }, drain);
}

/** Whether a state was not reached with so many steps left. */
function isNews(seen: Map<string, number>, state: string, left: number): boolean {
  if ((seen.get(state) ?? -1) >= left) return false;
  seen.set(state, left);
  return true;
}

/** Returns the database of a service that was authorized, and its events. */
async function authorize(
  disk: Disk,
  blank: DiskImage,
): Promise<{ image: DiskImage; rows: readonly CommittedRow[] }> {
  const world = await World.create({ seed, hooks: noHooks, isSmall: true }, disk, blank);
  try {
    await runFor(world, 5000);
    const [process] = world.server.serving;
    if (process === undefined) throw new Error('The service has not started.');
    world.scheduler.at(world.nowMs, process, () => void process.requestCode.execute(actor));
    await runFor(world, 10_000);
    world.authority.decide(process.store.pending?.deviceCode ?? '', world.serverDevice);
    world.scheduler.at(world.nowMs, process, () => void process.poll.executeAtNextChance());
    await runFor(world, 30_000);
    if (process.store.state.license === null) throw new Error('The service is not licensed.');
    return { image: disk.copy(), rows: [...world.invariants.rows.values()] };
  } finally {
    world.end();
  }
}

/** Starts a service that was authorized a minute ago, at an Authorization server that has done the same again. */
async function startLicensed(world: World): Promise<ServiceProcess> {
  const { authority, scheduler, server } = world;
  const { deviceCode } = authority.requestDeviceCode();
  authority.decide(deviceCode, world.serverDevice);
  authority.redeem(deviceCode);
  scheduler.nowMs += minuteMs;
  await runFor(world, 1000);
  // The calls of its start end first.
  while (scheduler.waiting.some(({ turn }) => turn.point !== '')) await scheduler.step(Infinity);
  const [process] = server.serving;
  const secrets = process?.store.secrets ?? null;
  if (process === undefined || secrets === null || authority.grantOf(secrets) === null)
    throw new Error('The service is not licensed.');
  return process;
}

async function runFor(world: World, ms: number): Promise<void> {
  const untilMs = world.nowMs + ms;
  let isGoingOn = true;
  while (isGoingOn && world.invariants.violation === null) isGoingOn = await world.scheduler.step(untilMs);
  world.scheduler.nowMs = Math.max(world.nowMs, untilMs);
}

/**
 * Describes a state without its exact times: what is stored, what the Authorization server and the stream have, what the service
 * remembers, the turns that wait, and how many faults are left.
 */
function describe({ server, authority, broker, scheduler, faults }: World): string {
  const [process] = server.processes;
  const { store, refresh } = process ?? {};
  const parts = [
    server.disk.rows('SELECT state, secrets FROM license'),
    server.disk.rows('SELECT sequence, published_at IS NULL AS waits FROM outbox_event ORDER BY sequence'),
    server.disk.rows('SELECT count(*) AS count FROM pending_revocation'),
    authority.grants.map(({ isLive, current, previous }) => [isLive, current, previous]),
    [...broker.streams.values()].map(({ messages }) => messages.map(({ text }) => text)),
    [process?.isAlive, store?.state, store?.secrets, (refresh as unknown as { unstored?: object })?.unstored],
    scheduler.waiting.map(({ turn, isReady }) => `${turn.owner?.name} ${turn.point} ${isReady}`).toSorted(),
    faults.injected.length,
    server.disk.isInTransaction,
    Math.floor(scheduler.nowMs / beatMs),
  ];
  return JSON.stringify(parts).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z|\d{13,}/g, '#');
}
