import { Clock } from '../../src/domain/ports/clock.js';

/** A clock that stands still until a test moves it. Whoever sleeps on it moves it too. */
export class FakeClock extends Clock {
  constructor(private time = new Date('2026-11-24T12:00:00.000Z')) {
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
    this.time = new Date(this.time.getTime() + ms);
  }

  set(time: Date): void {
    this.time = time;
  }
}
