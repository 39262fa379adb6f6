/** A reading of both clocks of a machine at one moment: the one that anybody can set, and the one that only runs. */
export interface ClockReading {
  readonly wall: Date;
  /** Milliseconds that the machine has been running, from any fixed start. */
  readonly uptimeMs: number;
}

/** A time that is known to be right, and the uptime at which it was. */
export interface TimeMark {
  readonly at: Date;
  readonly uptimeMs: number;
}

/** How far a wall clock may be off before people are told. */
export const clockToleranceMs = 10 * 60_000;

/** Moves a mark on by the uptime since. */
export function advanceMark(mark: TimeMark, uptimeMs: number): Date {
  return new Date(mark.at.getTime() + Math.max(0, uptimeMs - mark.uptimeMs));
}

/**
 * Tells the time to decide by: the wall clock, or the mark where the wall clock is behind it. So setting the clock back
 * never makes a license last longer, and setting it forward and back again leaves nothing behind.
 */
export function effectiveNow({ wall, uptimeMs }: ClockReading, mark: TimeMark | null): Date {
  if (mark === null) return wall;
  const trusted = advanceMark(mark, uptimeMs);
  return wall.getTime() < trusted.getTime() ? trusted : wall;
}

/**
 * Tells whether the wall clock cannot be right: it is behind what is known, or it has moved otherwise than the uptime
 * since `reference`: the last contact, or the start of this process. A mark from before the start says nothing of a wall
 * clock that is ahead of it, as the machine may have been switched off.
 */
export function isWallClockSuspect(
  { wall, uptimeMs }: ClockReading,
  mark: TimeMark | null,
  reference: TimeMark,
): boolean {
  if (mark !== null && wall.getTime() < advanceMark(mark, uptimeMs).getTime() - clockToleranceMs) return true;
  return Math.abs(wall.getTime() - advanceMark(reference, uptimeMs).getTime()) > clockToleranceMs;
}
