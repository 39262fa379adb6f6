import { DeviceError } from './device-error.js';
import { refreshAt, retryDelayMs } from './refresh-schedule.js';

/** The timer checks the clock at least this often, because the clock may be set or the machine may sleep. */
const LONGEST_NAP_MS = 60_000;

/** Refreshes a token on schedule and retries until a refresh succeeds. */
export class RefreshTimer {
  readonly #refresh: () => Promise<void>;
  readonly #now: () => Date;
  readonly #failed: (error: DeviceError, retryAt: Date) => void;
  #timer: NodeJS.Timeout | null = null;
  #lifeMs = 0;
  #failures = 0;

  constructor(
    refresh: () => Promise<void>,
    now: () => Date,
    failed: (error: DeviceError, retryAt: Date) => void,
  ) {
    this.#refresh = refresh;
    this.#now = now;
    this.#failed = failed;
  }

  /** Schedules the refresh of a token and cancels the previous schedule. */
  plan(receivedAt: Date, lifeMs: number): void {
    this.#lifeMs = lifeMs;
    this.#failures = 0;
    this.#wakeAt(refreshAt(receivedAt, lifeMs, Math.random()));
  }

  /** Schedules the next try about so much later, and cancels the previous schedule. */
  retryIn(ms: number): void {
    // Not all devices of a chain in the same minute.
    this.#wakeAt(new Date(this.#now().getTime() + ms * (1 + Math.random() / 4)));
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wakeAt(dueAt: Date): void {
    this.stop();
    const waitMs = dueAt.getTime() - this.#now().getTime();
    this.#timer = setTimeout(
      () => (waitMs > LONGEST_NAP_MS ? this.#wakeAt(dueAt) : void this.#try()),
      Math.max(0, Math.min(waitMs, LONGEST_NAP_MS)),
    );
    // This timer alone does not keep the process running.
    this.#timer.unref();
  }

  async #try(): Promise<void> {
    const planned = this.#timer;
    try {
      await this.#refresh();
    } catch (error) {
      // The timer was stopped or rescheduled during the request.
      if (this.#timer !== planned || !(error instanceof DeviceError)) return;
      this.#failures += 1;
      const isForPeople = error.code === 'license-refused';
      // Only a person can renew a license, so even the first retry is slow.
      const failures = isForPeople ? Number.MAX_SAFE_INTEGER : this.#failures;
      const waitMs = retryDelayMs(failures, this.#lifeMs, Math.random(), error.retryAfterMs);
      const retryAt = new Date(this.#now().getTime() + waitMs);
      this.#wakeAt(retryAt);
      this.#failed(error, retryAt);
    }
  }
}
