import { drawAt } from './random.js';

/** The faults of calls through ports, by the point of the call. */
export const callFaults = {
  'authorization-server': [
    'refused',
    'request-lost',
    'answer-lost',
    'server-error',
    'busy',
    'answer-unusable',
    'answer-refuses',
    'crash-soon',
    'pause-soon',
  ],
  documents: ['refused', 'answer-lost', 'older-list'],
  'database.write': ['write-refused', 'write-undone', 'commit-unacknowledged', 'crash-soon', 'pause-soon'],
  'database.read': ['read-refused'],
  lease: ['lease-refused', 'lease-unacknowledged'],
  broker: ['publish-lost', 'acknowledgement-lost', 'broker-error', 'crash-soon'],
  subscriber: ['delivered-twice', 'slow-consumer'],
} as const;

export type CallPoint = keyof typeof callFaults;
export type CallFault<Point extends CallPoint = CallPoint> = (typeof callFaults)[Point][number];

/** The faults that begin at a time. */
export const incidentKinds = [
  'crash',
  'power-cut',
  'reboot-with-dead-battery',
  'clock-jumps-ahead',
  'clock-jumps-back',
  'clock-corrected',
  'clock-drifts',
  'process-paused',
  'lease-held-elsewhere',
  'internet-down',
  'server-stops-rotating',
  'server-rotates-with-grace',
  'server-rotates-strictly',
  'server-rotates-keys',
  'server-loses-grant',
  'server-forgets-grant',
  'license-revoked',
  'license-suspended',
  'terms-changed',
  'renewal-comes-near',
  'broker-restarts',
  'broker-down',
  'stream-purged',
  'stream-deleted',
  'foreign-message',
  'disk-full',
  'disk-read-only',
  'backup',
  'restored-original-gone',
  'restored-original-runs',
  'hub-down',
  'hub-stream-deleted',
  'register-restarts',
  'register-offline',
  'notification-lost',
] as const;
export type IncidentKind = (typeof incidentKinds)[number];

const faultKinds: readonly string[] = [...new Set([...Object.values(callFaults).flat(), ...incidentKinds])];

export interface InjectedFault {
  /** Names the fault in every run of the seed. */
  readonly key: string;
  readonly kind: CallFault | IncidentKind;
  readonly atMs: number;
}

export interface FaultPlan {
  readonly seed: number;
  /** Returns whether a fault is left out, to find the fewest that are needed. */
  readonly isSkipped: (key: string) => boolean;
}

const callStream = 3;
const kindStream = 4;
const burstStream = 10;
/** So many calls in a row fail together. */
const burstCalls = 32;

/** Decides which calls fail. The decision depends on the seed and the number of the call only. */
export class Faults {
  readonly injected: InjectedFault[] = [];
  /** Kinds that have not occurred count 0. */
  readonly counts = new Map<string, number>(faultKinds.map((kind) => [kind, 0]));
  /** The probability that a call fails: it changes with the weather. */
  rate = 0;
  /** Chooses the fault of a call, in a search through all of them. */
  choose: ((point: CallPoint) => CallFault | null) | null = null;

  constructor(private readonly plan: FaultPlan) {}

  /** Draws a fault for the current call; `null` if it works. */
  draw<Point extends CallPoint>(point: Point, call: number, nowMs: number): CallFault<Point> | null {
    if (this.choose !== null) {
      const chosen = this.choose(point) as CallFault<Point> | null;
      return chosen !== null && this.inject(`call ${call}`, chosen, nowMs) ? chosen : null;
    }
    if (this.rate === 0 || drawAt(this.plan.seed, callStream, call) >= this.rateAt(point, call)) return null;
    const kinds: readonly CallFault<Point>[] = callFaults[point];
    const kind = kinds[Math.floor(drawAt(this.plan.seed, kindStream, call) * kinds.length)];
    return kind !== undefined && this.inject(`call ${call}`, kind, nowMs) ? kind : null;
  }

  private rateAt(point: CallPoint, call: number): number {
    if (point === 'database.read') return this.rate / 2;
    // A task that waits for a lease asks for it often.
    if (point === 'lease') return this.rate / 10;
    // Few calls of many go there.
    if (point === 'authorization-server' || point === 'documents') return Math.min(0.5, this.rate * 3);
    if (point !== 'database.write') return this.rate;
    // Writes fail several times in a row, as on a bad disk.
    const burst = drawAt(this.plan.seed, burstStream, Math.floor(call / burstCalls));
    return burst < this.rate / 2 ? 0.7 : this.rate;
  }

  /** Counts a fault. Returns false if the plan leaves it out. */
  inject(key: string, kind: InjectedFault['kind'], atMs: number): boolean {
    if (this.plan.isSkipped(key)) return false;
    this.injected.push({ key, kind, atMs });
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return true;
  }
}
