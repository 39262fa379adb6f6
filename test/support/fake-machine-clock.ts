import type { ClockReading } from '../../src/domain/trusted-time.js';
import { MachineClock } from '../../src/clock/machine-clock.js';

/** A machine's two clocks: time passes on both, and the one on the wall can be set. */
export class FakeMachineClock extends MachineClock {
  private ranMs = 0;
  private wallMs: number;

  constructor(wall = new Date('2026-11-24T12:00:00.000Z')) {
    super();
    this.wallMs = wall.getTime();
  }

  override read(): ClockReading {
    return { wall: new Date(this.wallMs), uptimeMs: this.ranMs };
  }

  override async sleep(ms: number): Promise<void> {
    this.pass(ms);
  }

  pass(ms: number): void {
    this.ranMs += ms;
    this.wallMs += ms;
  }

  /** Moves the hands of the wall clock, forward or back. */
  setWallBy(ms: number): void {
    this.wallMs += ms;
  }

  /** Off and on again after `ms`: the uptime begins anew. */
  reboot(ms: number): void {
    this.wallMs += ms;
    this.ranMs = 0;
  }
}
