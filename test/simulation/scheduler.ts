import { drawAt } from './random.js';

/** A process, a register or a person: whose turn it is. */
export interface Owner {
  readonly name: string;
  /** False after a crash: its waiting tasks never continue. */
  readonly isAlive: boolean;
  /** Until this true time its tasks wait. */
  readonly pausedUntilMs: number;
  wallMs(): number;
  uptimeMs(): number;
}

interface Turn {
  atMs: number;
  readonly tie: number;
  readonly owner: Owner | null;
  readonly run: () => void;
  /** The call that waits for it, if there is one. */
  readonly point: string;
}

/** Turns so close to each other can run in any order. */
const closeMs = 150;

const latencyStream = 1;
const tieStream = 2;
const realImmediate = setImmediate;

/**
 * The virtual time of a simulated world. It runs one turn after another in an order that only the seed decides, and moves
 * the time from turn to turn. A turn ends when no promise of it can continue.
 */
export class Scheduler {
  nowMs: number;
  /** Calls through ports so far. */
  calls = 0;
  turns = 0;
  current: Owner | null = null;
  /** A hash over all turns: two runs with one hash took the same decisions. */
  traceHash = 0x811c9dc5;
  /** Chooses one of so many turns that can run next, in a search through all orders. */
  choose: ((count: number) => number) | null = null;
  /** Names the task that is about to wait, in a search through all orders. */
  nameTask: () => string = () => '';
  private readonly heap: Turn[] = [];

  constructor(
    private readonly seed: number,
    startMs: number,
  ) {
    this.nowMs = startMs;
  }

  /** Runs `run` as `owner` at a true time. */
  at(atMs: number, owner: Owner | null, run: () => void, point = ''): void {
    this.push({
      atMs: Math.max(atMs, this.nowMs),
      tie: drawAt(this.seed, tieStream, this.turns + this.heap.length),
      owner,
      run,
      point: this.nameTask() + point,
    });
  }

  after(delayMs: number, owner: Owner | null, run: () => void, point = ''): void {
    this.at(this.nowMs + delayMs, owner, run, point);
  }

  /** Waits for the next turn of a call through a port. Never resolves if the owner has crashed in the meantime. */
  call(owner: Owner, point: string, slowestMs = 40): Promise<void> {
    this.calls += 1;
    this.mix(point);
    const draw = drawAt(this.seed, latencyStream, this.calls);
    // Most calls are fast, a few take very long: both orders of two concurrent calls occur.
    const delayMs = draw < 0.9 ? draw * slowestMs : (draw - 0.9) * slowestMs * 200;
    return this.sleep(owner, this.choose === null ? delayMs : 0, point);
  }

  sleep(owner: Owner, ms: number, point = ''): Promise<void> {
    return new Promise((resolve) => this.after(Math.max(0, ms), owner, resolve, point));
  }

  /** Returns the turns that wait, and whether they can run next, in an order that depends on the run only. */
  get waiting(): readonly { readonly turn: Turn; readonly isReady: boolean }[] {
    const living = this.heap.filter(({ owner }) => owner?.isAlive !== false);
    const firstMs = Math.min(...living.map(({ atMs }) => atMs));
    return living.map((turn) => ({ turn, isReady: turn.atMs <= firstMs + closeMs }));
  }

  /** Adds a text to the hash of the trace. */
  mix(text: string): void {
    let hash = this.traceHash;
    for (let index = 0; index < text.length; index += 1)
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    this.traceHash = Math.imul(hash ^ (this.nowMs % 0x7fffffff), 0x01000193) >>> 0;
  }

  /** Runs the next turn up to `untilMs`. Resolves to false if there is none. */
  async step(untilMs: number): Promise<boolean> {
    const turn = this.choose === null ? this.pop(untilMs) : this.popChosen(this.choose);
    if (turn === null) return false;
    this.turns += 1;
    this.nowMs = Math.max(this.nowMs, turn.atMs);
    const { owner } = turn;
    if (owner !== null && !owner.isAlive) return true;
    if (owner !== null && owner.pausedUntilMs > this.nowMs) {
      this.push({ ...turn, atMs: owner.pausedUntilMs });
      return true;
    }
    this.current = owner;
    turn.run();
    // All simulated code waits for promises only, so they have all continued before the next macrotask.
    await new Promise((resolve) => realImmediate(resolve));
    this.current = null;
    return true;
  }

  private popChosen(choose: (count: number) => number): Turn | null {
    const { heap } = this;
    const ready = this.waiting.flatMap(({ turn, isReady }) => (isReady ? [turn] : []));
    const turn = ready[ready.length > 1 ? choose(ready.length) : 0];
    if (turn === undefined) return null;
    const rest = heap.filter((each) => each !== turn);
    heap.length = 0;
    for (const each of rest) this.push(each);
    return turn;
  }

  private pop(untilMs: number): Turn | null {
    const { heap } = this;
    const first = heap[0];
    if (first === undefined || first.atMs > untilMs) return null;
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) {
      heap[0] = last;
      this.sink();
    }
    return first;
  }

  private push(turn: Turn): void {
    const { heap } = this;
    let index = heap.push(turn) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(turn, heap[parent])) break;
      heap[index] = heap[parent] as Turn;
      index = parent;
    }
    heap[index] = turn;
  }

  private sink(): void {
    const { heap } = this;
    const turn = heap[0] as Turn;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (isBefore(heap[child + 1], heap[child])) child += 1;
      if (!isBefore(heap[child], turn)) break;
      heap[index] = heap[child] as Turn;
      index = child;
    }
    heap[index] = turn;
  }
}

function isBefore(one: Turn | undefined, other: Turn | undefined): boolean {
  if (one === undefined) return false;
  if (other === undefined) return true;
  return one.atMs === other.atMs ? one.tie < other.tie : one.atMs < other.atMs;
}
