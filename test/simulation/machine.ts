import type { Scheduler } from './scheduler.js';

/** The clocks of a machine: the wall clock can be wrong and drift, the monotonic clock starts at 0 at each boot. */
export class Machine {
  private bootedAtMs: number;
  private errorMs = 0;
  private driftPerMs = 0;
  private setAtMs: number;

  constructor(private readonly scheduler: Scheduler) {
    this.bootedAtMs = scheduler.nowMs;
    this.setAtMs = scheduler.nowMs;
  }

  wallMs(): number {
    return this.scheduler.nowMs + this.errorNowMs();
  }

  uptimeMs(): number {
    return this.scheduler.nowMs - this.bootedAtMs;
  }

  reboot(): void {
    this.bootedAtMs = this.scheduler.nowMs;
  }

  setError(errorMs: number, driftPerMs = 0): void {
    this.errorMs = errorMs;
    this.driftPerMs = driftPerMs;
    this.setAtMs = this.scheduler.nowMs;
  }

  errorNowMs(): number {
    return this.errorMs + (this.scheduler.nowMs - this.setAtMs) * this.driftPerMs;
  }
}
