/** A simultaneous reading of the wall clock and the monotonic clock. */
export interface ClockReading {
  readonly wall: Date;
  /** Monotonic milliseconds from an arbitrary fixed start. */
  readonly uptimeMs: number;
}

/** A trusted time and the uptime at which it applied. */
export interface TimeMark {
  readonly at: Date;
  readonly uptimeMs: number;
}

/** The deviation of the wall clock that is tolerated without a warning. */
export const clockToleranceMs = 10 * 60_000;

/** Returns the time of a mark, advanced by the uptime since. */
export function advanceMark(mark: TimeMark, uptimeMs: number): Date {
  return new Date(mark.at.getTime() + Math.max(0, uptimeMs - mark.uptimeMs));
}

/**
 * Returns the time for decisions: the later of the wall clock and the advanced mark. Setting the clock back therefore
 * never extends a license, and setting it forward and back has no lasting effect.
 */
export function effectiveNow({ wall, uptimeMs }: ClockReading, mark: TimeMark | null): Date {
  if (mark === null) return wall;
  const trusted = advanceMark(mark, uptimeMs);
  return wall.getTime() < trusted.getTime() ? trusted : wall;
}

/**
 * Returns whether the wall clock is wrong: it is behind the mark, or it deviates from the uptime since `reference` (the
 * last contact, or the start of this process). A wall clock ahead of a mark from before the start is accepted, because
 * the machine may have been off.
 */
export function isWallClockSuspect(
  { wall, uptimeMs }: ClockReading,
  mark: TimeMark | null,
  reference: TimeMark,
): boolean {
  if (mark !== null && wall.getTime() < advanceMark(mark, uptimeMs).getTime() - clockToleranceMs) return true;
  return Math.abs(wall.getTime() - advanceMark(reference, uptimeMs).getTime()) > clockToleranceMs;
}
