const windowMs = 10_000;

/** The times of a login request by the clock of the broker, in Unix seconds. */
export interface LoginTimes {
  readonly iat: number;
  /** When the broker stops waiting for the answer. */
  readonly exp: number;
}

/**
 * Finds the login requests that waited for more than half of the time that the broker waits for their answers. Answering them
 * takes the time of those that still arrive: in a storm of logins, each answer would come a little too late. The clock of the
 * broker may differ from the clock of this process, so a delay is relative to the shortest delay of the last seconds.
 */
export class LoginQueue {
  private shortest = Infinity;
  private shortestBefore = Infinity;
  private windowEndsAt = 0;

  isLate({ iat, exp }: LoginTimes, nowMs: number): boolean {
    const delayMs = nowMs - iat * 1000;
    if (nowMs >= this.windowEndsAt) {
      this.shortestBefore = this.shortest;
      this.shortest = Infinity;
      this.windowEndsAt = nowMs + windowMs;
    }
    this.shortest = Math.min(this.shortest, delayMs);
    const waitedMs = delayMs - Math.min(this.shortest, this.shortestBefore);
    // Up to a second too much or too little, because the broker rounds its times down.
    return waitedMs > (exp - iat) * 500;
  }
}
