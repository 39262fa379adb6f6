/** Limits incorrect attempts in a sliding window. It is only in memory, because an attacker gains little by a restart. */
export class AttemptLimiter {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #attempts = new Map<string, number[]>();

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** Returns how many seconds the key must wait; 0 if it may try. */
  waitSeconds(key: string, now: Date): number {
    const recent = this.#recent(key, now);
    const oldest = recent.at(-this.#limit);
    return oldest === undefined ? 0 : Math.ceil((oldest + this.#windowMs - now.getTime()) / 1000);
  }

  recordWrong(key: string, now: Date): void {
    this.#forgetOld(now);
    this.#attempts.set(key, [...this.#recent(key, now), now.getTime()].slice(-this.#limit));
  }

  forget(key: string): void {
    this.#attempts.delete(key);
  }

  #recent(key: string, now: Date): number[] {
    return (this.#attempts.get(key) ?? []).filter((at) => at > now.getTime() - this.#windowMs);
  }

  #forgetOld(now: Date): void {
    for (const key of this.#attempts.keys()) {
      if (this.#recent(key, now).length === 0) this.#attempts.delete(key);
    }
  }
}
