/** Gives a task to one process at a time, for as long as it says so again. Efficiency, not correctness, rests on it. */
export abstract class Leases {
  /** Takes or prolongs a lease. Resolves to whether this process has it, for `ms` from now. */
  abstract acquireOrRenew(name: string, ms: number): Promise<boolean>;

  /** Gives a lease back if this process has it. */
  abstract release(name: string): Promise<void>;
}
