import { setTimeout } from 'node:timers/promises';
import type { ClockReading } from '../domain/trusted-time.js';

/** The clocks of this machine. */
export class MachineClock {
  read(): ClockReading {
    return { wall: new Date(), uptimeMs: performance.now() };
  }

  async sleep(ms: number): Promise<void> {
    // A timer can fire a millisecond early.
    await setTimeout(ms + 1);
  }
}
