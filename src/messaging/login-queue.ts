const windowMs = 10_000;

/** The times of a login request by the clock of the broker, in Unix seconds. */
export interface LoginTimes {
  readonly iat: number;
  /** When the broker stops waiting for the answer. */
  readonly exp: number;
}

/**
 * Finds the login requests that waited for longer than the broker waits for their answers. Answering them takes the time of
 * those for which it still waits: in a storm of logins, no peer would get in. The clock of the broker may differ from the
 * clock of this process, so a delay is relative to the shortest delay of the last seconds.
 */
export class LoginQueue {
  private shortest = Infinity;
  private shortestBefore = Infinity;
  private windowEndsAt = 0;

  isAbandoned({ iat, exp }: LoginTimes, nowMs: number): boolean {
    const delayMs = nowMs - iat * 1000;
    if (nowMs >= this.windowEndsAt) {
      this.shortestBefore = this.shortest;
      this.shortest = Infinity;
      this.windowEndsAt = nowMs + windowMs;
    }
    this.shortest = Math.min(this.shortest, delayMs);
    const waitedMs = delayMs - Math.min(this.shortest, this.shortestBefore);
    // One second, because the broker rounds its times down.
    return waitedMs > (exp - iat + 1) * 1000;
  }
}
