import type { ClockReading } from '../../src/domain/trusted-time.js';
import { MachineClock } from '../../src/clock/machine-clock.js';
import type { FakeClock } from './fake-clock.js';

/** The two clocks of a machine. Both advance with `truth`, and the wall clock can be set to a wrong time. */
export class FakeMachineClock extends MachineClock {
  private bootedAtMs: number;
  private wallErrorMs = 0;

  /** @param truth the correct time, which the Authorization server uses */
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

  /** Sets the wall clock forward or back. */
  setWallBy(ms: number): void {
    this.wallErrorMs += ms;
  }

  /** Restarts the machine after `ms`: the uptime starts again at 0. */
  reboot(ms: number): void {
    this.truth.advance(ms);
    this.bootedAtMs = this.truth.now().getTime();
  }
}
