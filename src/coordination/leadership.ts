import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { whileEnding } from './shutdown.js';
import { Leases } from './leases.js';
import { SingleFlight } from './single-flight.js';

const leaseName = 'leader';
const leaseMs = 10_000;
const prolongAfterMs = 3000;

/**
 * Elects the process that refreshes the license and publishes its events. A paused process notices an expired lease
 * before it acts, because the lease is measured on the monotonic clock.
 */
@Injectable()
export class Leadership implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Leadership');
  private readonly flight = new SingleFlight<boolean>();
  private prolongedAt = Number.NEGATIVE_INFINITY;
  private holdsLease = false;
  private isStopped = false;

  constructor(private readonly leases: Leases) {}

  /** Returns whether this process leads. Queries the database at most once per renewal interval. */
  async isLeader(): Promise<boolean> {
    if (this.isStopped) return false;
    const ageMs = performance.now() - this.prolongedAt;
    if (ageMs < prolongAfterMs) return this.holdsLease;
    return this.flight.run(() => this.prolong());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    await whileEnding('the lease', this.release());
  }

  private async release(): Promise<void> {
    // A renewal under way would outlive the release.
    await this.flight.whenIdle();
    if (this.holdsLease) await this.leases.release(leaseName).catch(() => undefined);
  }

  private async prolong(): Promise<boolean> {
    const askedAt = performance.now();
    try {
      const holdsLease = await this.leases.acquireOrRenew(leaseName, leaseMs);
      if (holdsLease !== this.holdsLease)
        this.logger.debug(holdsLease ? 'This process leads.' : 'Another process leads.');
      this.holdsLease = holdsLease;
    } catch (error) {
      this.holdsLease = false;
      throw error;
    } finally {
      this.prolongedAt = askedAt;
    }
    return this.holdsLease;
  }
}
