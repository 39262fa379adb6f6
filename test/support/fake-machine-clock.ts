import type { ClockReading } from '../../src/domain/trusted-time.js';
import { MachineClock } from '../../src/clock/machine-clock.js';
import type { FakeClock } from './fake-clock.js';

/** A machine's two clocks: both move with `truth`, and the one on the wall can be set wrong. */
export class FakeMachineClock extends MachineClock {
  private bootedAtMs: number;
  private wallErrorMs = 0;

  /** @param truth the right time, by which the Authorization server goes */
  constructor(readonly truth: FakeClock) {
    super();
    this.bootedAtMs = truth.now().getTime();
  }

  override read(): ClockReading {
    const trueMs = this.truth.now().getTime();
    return { wall: new Date(trueMs + this.wallErrorMs), uptimeMs: trueMs - this.bootedAtMs };
  }

  override async sleep(ms: number): Promise<void> {
    this.truth.advance(ms);
  }

  /** Moves the hands of the wall clock, forward or back. */
  setWallBy(ms: number): void {
    this.wallErrorMs += ms;
  }

  /** Off and on again after `ms`: the uptime begins again at 0. */
  reboot(ms: number): void {
    this.truth.advance(ms);
    this.bootedAtMs = this.truth.now().getTime();
  }
}
