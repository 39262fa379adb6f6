/** A clock that a test advances. It starts at the real time, because the DPoP proofs of real clients contain it. */
export class FakeClock {
  #offsetMs = 0;
  readonly #startedAt = Date.now();

  readonly now = (): Date => new Date(this.#startedAt + this.#offsetMs);

  advanceSeconds(seconds: number): void {
    this.#offsetMs += seconds * 1000;
  }

  advanceMs(milliseconds: number): void {
    this.#offsetMs += milliseconds;
  }
}
