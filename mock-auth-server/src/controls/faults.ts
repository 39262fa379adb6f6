export const faultModes = [
  'none',
  'offline',
  'error',
  'slow',
  'drop-answer',
  'clock-skew',
  'answer',
] as const;
export type FaultMode = (typeof faultModes)[number];

/** The answer that replaces the one of an endpoint. */
export interface FixedAnswer {
  /** The path of the endpoint. */
  on: string;
  status: number;
  headers: Record<string, string>;
  /** `null` if there is none. */
  body: string | null;
}

export interface Fault {
  mode: FaultMode;
  /** How many more requests it affects; `null` if it lasts until it is removed. */
  count: number | null;
  delayMs: number;
  skewSeconds: number;
  /** The `Retry-After` header of `error` answers; `null` for none. */
  retryAfterSeconds: number | null;
  /** `null` in every mode except `answer`. */
  answer: FixedAnswer | null;
}

const noFault: Fault = {
  mode: 'none',
  count: null,
  delayMs: 0,
  skewSeconds: 0,
  retryAfterSeconds: null,
  answer: null,
};

/** The current fault of the OAuth endpoints. It is only in memory: a restart ends it. */
export class Faults {
  #fault = noFault;

  set(fault: Fault): void {
    this.#fault = fault.count === 0 ? noFault : fault;
  }

  /** Returns the fault for one request to a path if it has one of these modes, and counts the request. */
  next(modes: readonly FaultMode[], path: string | undefined): Fault {
    const fault = this.#fault;
    if (fault.mode === 'none' || !modes.includes(fault.mode)) return noFault;
    if (fault.answer !== null && fault.answer.on !== path) return noFault;
    if (fault.count !== null) this.set({ ...fault, count: fault.count - 1 });
    return fault;
  }
}
