import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { advanceMark, effectiveNow, isWallClockSuspect, type TimeMark } from '../domain/trusted-time.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { MachineClock } from './machine-clock.js';

/**
 * The clock of this machine, corrected by the Authorization server: the issue time of each license token is trusted,
 * and from then on the monotonic uptime counts.
 */
@Injectable()
export class TrustedClock extends Clock implements OnApplicationBootstrap, OnApplicationShutdown {
  private mark: TimeMark | null = null;
  /** The last pair of wall clock and uptime, taken at startup and at each contact. */
  private reference: TimeMark;
  private stopFollowing: () => void = () => undefined;
  private lastReceivedAt: number | undefined;

  constructor(
    private readonly machine: MachineClock,
    private readonly store: LicenseStore,
  ) {
    super();
    const { wall, uptimeMs } = machine.read();
    this.reference = { at: wall, uptimeMs };
  }

  onApplicationBootstrap(): void {
    // A token from before this start has no known uptime.
    this.lastReceivedAt = this.receivedAt();
    this.adoptMark();
    this.stopFollowing = this.store.onCommit(() => this.adoptMark());
  }

  onApplicationShutdown(): void {
    this.stopFollowing();
  }

  override now(): Date {
    return effectiveNow(this.machine.read(), this.mark);
  }

  override machineNow(): Date {
    return this.machine.read().wall;
  }

  override trustedNow(): Date | null {
    return this.mark && advanceMark(this.mark, this.machine.read().uptimeMs);
  }

  override uptimeMs(): number {
    return this.machine.read().uptimeMs;
  }

  override isSuspect(): boolean {
    return isWallClockSuspect(this.machine.read(), this.mark, this.reference);
  }

  override sleep(ms: number): Promise<void> {
    return this.machine.sleep(ms);
  }

  private adoptMark(): void {
    const { trustedAt } = this.store.state;
    if (trustedAt === null) return;
    const { uptimeMs } = this.machine.read();
    const receivedAt = this.receivedAt();
    if (receivedAt !== this.lastReceivedAt) {
      // A new contact: the server's time counts, even if it is behind a wrong mark.
      this.lastReceivedAt = receivedAt;
      this.mark = { at: trustedAt, uptimeMs };
      this.reference = this.mark;
    } else if (this.mark === null || trustedAt > advanceMark(this.mark, uptimeMs)) {
      this.mark = { at: trustedAt, uptimeMs };
    }
  }

  private receivedAt(): number | undefined {
    return this.store.state.license?.token.receivedAt.getTime();
  }
}
