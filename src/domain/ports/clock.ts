/** Provides the time for all license decisions. */
export abstract class Clock {
  /** Returns the later of the machine's clock and the trusted time. */
  abstract now(): Date;

  /** Returns the time that the machine shows, right or wrong. */
  abstract machineNow(): Date;

  /**
   * Returns the last time confirmed by the Authorization server, advanced by uptime; `null` before the first contact.
   */
  abstract trustedNow(): Date | null;

  /** Returns monotonic milliseconds from an arbitrary start: a correction of the clock does not change them. */
  abstract uptimeMs(): number;

  /** Returns whether the machine's clock was changed or is far from the trusted time. */
  abstract isSuspect(): boolean;

  /** Resolves once `ms` have passed. */
  abstract sleep(ms: number): Promise<void>;
}

/** Returns the trusted time, which a wrong clock of the machine cannot move; before the first contact the current time. */
export function confirmedNow(clock: Pick<Clock, 'now' | 'trustedNow'>): Date {
  return clock.trustedNow() ?? clock.now();
}

/** Returns the last trusted time while the clock is suspect, otherwise the current time. */
export function trustworthyNow(clock: Pick<Clock, 'now' | 'trustedNow' | 'isSuspect'>): Date {
  return (clock.isSuspect() ? clock.trustedNow() : null) ?? clock.now();
}
