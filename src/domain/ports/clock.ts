/** Tells the time that decisions about the license are made by. */
export abstract class Clock {
  /** The clock of this machine, or the trusted time where that clock is behind it. */
  abstract now(): Date;

  /** The last time the Authorization server vouched for, moved on by the uptime since; null before the first contact. */
  abstract trustedNow(): Date | null;

  /** Whether the clock of this machine has been set or is far from the trusted time. */
  abstract isSuspect(): boolean;

  /** Resolves once `ms` have passed. */
  abstract sleep(ms: number): Promise<void>;
}
