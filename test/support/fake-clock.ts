import { Clock } from '../../src/domain/ports/clock.js';

/**
 * A clock that stops until a test advances it. A sleep on it advances it too. It starts at the real time, because parts
 * that use the real clock (the broker, other processes) check its times. Pass a fixed date only if the date is the
 * subject of the test.
 */
export class FakeClock extends Clock {
  private advancedMs = 0;

  constructor(private time = presentSecond()) {
    super();
  }

  override now(): Date {
    return new Date(this.time);
  }

  override machineNow(): Date {
    return this.now();
  }

  override trustedNow(): Date | null {
    return null;
  }

  override uptimeMs(): number {
    return this.advancedMs;
  }

  override isSuspect(): boolean {
    return false;
  }

  override async sleep(ms: number): Promise<void> {
    this.advance(ms);
  }

  advance(ms: number): void {
    this.advancedMs += ms;
    this.set(new Date(this.now().getTime() + ms));
  }

  /** Corrects the clock: the uptime stays. */
  set(time: Date): void {
    this.time = time;
  }

  /** Returns the same clock as shown by a machine that is `ms` ahead. Both advance together. */
  ahead(ms: number): FakeClock {
    return ms === 0 ? this : new ClockAhead(this, ms);
  }
}

class ClockAhead extends FakeClock {
  constructor(
    private readonly base: FakeClock,
    private readonly aheadMs: number,
  ) {
    super();
  }

  override now(): Date {
    return new Date(this.base.now().getTime() + this.aheadMs);
  }

  override uptimeMs(): number {
    return this.base.uptimeMs();
  }

  override advance(ms: number): void {
    this.base.advance(ms);
  }

  override set(time: Date): void {
    this.base.set(new Date(time.getTime() - this.aheadMs));
  }
}

/** Returns the real time in whole seconds, as in tokens, so that both can be compared. */
function presentSecond(): Date {
  return new Date(Math.floor(Date.now() / 1000) * 1000);
}
