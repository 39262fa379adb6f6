import { setTimeout } from 'node:timers/promises';
import { Clock } from '../licensing/ports/clock.js';

/** The clock of this machine. */
export class SystemClock extends Clock {
  override now(): Date {
    return new Date();
  }

  override async sleep(ms: number): Promise<void> {
    await setTimeout(ms);
  }
}
