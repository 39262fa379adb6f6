export type FaultMode = 'none' | 'offline' | 'error' | 'slow' | 'drop-answer' | 'clock-skew';

export interface Fault {
  mode: FaultMode;
  /** How many requests it still hits; null: until it is taken away. */
  count: number | null;
  delayMs: number;
  skewSeconds: number;
  /** Sent with `error`, so that a client's patience can be tried. */
  retryAfterSeconds: number | null;
}

const noFault: Fault = { mode: 'none', count: null, delayMs: 0, skewSeconds: 0, retryAfterSeconds: null };

/** The misbehaviour that the OAuth endpoints are asked for; in memory only, a restart ends it. */
export class Faults {
  #fault = noFault;

  set(fault: Fault): void {
    this.#fault = fault.count === 0 ? noFault : fault;
  }

  current(): Fault {
    return this.#fault;
  }

  /** Takes the fault for one request when it is one of these modes, and counts it. */
  take(modes: readonly FaultMode[]): Fault {
    const fault = this.#fault;
    if (fault.mode === 'none' || !modes.includes(fault.mode)) return noFault;
    if (fault.count !== null) this.set({ ...fault, count: fault.count - 1 });
    return fault;
  }
}
