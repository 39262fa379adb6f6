/** A clock that a test moves; it starts at the real time, because DPoP proofs of real clients carry that. */
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
