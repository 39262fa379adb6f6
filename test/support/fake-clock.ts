import { Clock } from '../../src/domain/ports/clock.js';

/**
 * A clock that stands still until a test moves it; a sleep on it moves it too. It starts at the present, because parts that
 * keep the real clock (the broker, other processes) judge the times that come from it. Pass a fixed date only where the
 * date is what the test is about.
 */
export class FakeClock extends Clock {
  constructor(private time = presentSecond()) {
    super();
  }

  override now(): Date {
    return new Date(this.time);
  }

  override trustedNow(): Date | null {
    return null;
  }

  override isSuspect(): boolean {
    return false;
  }

  override async sleep(ms: number): Promise<void> {
    this.advance(ms);
  }

  advance(ms: number): void {
    this.set(new Date(this.now().getTime() + ms));
  }

  set(time: Date): void {
    this.time = time;
  }

  /** Returns the same clock as a machine shows it that is `ms` ahead: it moves with this one, and moves this one. */
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

  override set(time: Date): void {
    this.base.set(new Date(time.getTime() - this.aheadMs));
  }
}

/** Whole seconds, as tokens have them: an instant of a token can be compared with one of the clock. */
function presentSecond(): Date {
  return new Date(Math.floor(Date.now() / 1000) * 1000);
}
