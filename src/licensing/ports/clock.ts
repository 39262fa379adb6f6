/** Tells the time that decisions about the license are made by. */
export abstract class Clock {
  abstract now(): Date;

  /** Resolves once `ms` have passed. */
  abstract sleep(ms: number): Promise<void>;
}
