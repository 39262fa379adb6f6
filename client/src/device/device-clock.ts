/** HTTP dates have whole seconds, and an answer takes time to arrive: smaller differences are ignored. */
const RESOLUTION_MS = 2_000;

/**
 * Returns the time of this machine, corrected by the `Date` header of the last HTTP answer. Clocks of registers are often
 * wrong, and a DPoP proof contains the time.
 */
export class DeviceClock {
  #offsetMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  /** Applies the `Date` header of an answer. An answer without one changes nothing. */
  correct(answer: { readonly headers: Pick<Headers, 'get'> }): void {
    const serverMs = Date.parse(answer.headers.get('date') ?? '');
    if (Number.isNaN(serverMs)) return;
    const offsetMs = serverMs - Date.now();
    this.#offsetMs = Math.abs(offsetMs) < RESOLUTION_MS ? 0 : offsetMs;
  }
}
