/**
 * Leases a task to one process at a time; the holder must renew it. It saves work. Correctness does not depend on it.
 */
export abstract class Leases {
  /** Acquires or renews a lease for `ms` from now. Resolves to whether this process holds it. */
  abstract acquireOrRenew(name: string, ms: number): Promise<boolean>;

  /** Releases a lease if this process holds it. */
  abstract release(name: string): Promise<void>;
}
