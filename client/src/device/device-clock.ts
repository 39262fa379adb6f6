/** HTTP dates have whole seconds, and an answer takes its time: less than this is no difference. */
const RESOLUTION_MS = 2_000;

/** The clock of this machine, corrected by the `Date` of the last HTTP answer: tills keep bad time, and proofs carry it. */
export class DeviceClock {
  #offsetMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  /** Learns the time from an answer; one without a date teaches nothing. */
  observe(answer: { readonly headers: Pick<Headers, 'get'> }): void {
    const toldMs = Date.parse(answer.headers.get('date') ?? '');
    if (Number.isNaN(toldMs)) return;
    const offsetMs = toldMs - Date.now();
    this.#offsetMs = Math.abs(offsetMs) < RESOLUTION_MS ? 0 : offsetMs;
  }
}
