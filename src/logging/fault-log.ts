import type { Logger } from '@nestjs/common';

/** Logs a fault of a task when it changes, and once when it ends, so that a long outage is one line in the log. */
export class FaultLog {
  private fault: string | null = null;

  constructor(
    private readonly logger: Pick<Logger, 'log' | 'warn'>,
    private readonly task: string,
    private readonly consequence = 'Retrying.',
  ) {}

  /** Logs an error unless its message is that of the current fault. Returns whether it did. */
  report(error: unknown): boolean {
    const fault = error instanceof Error ? error.message : String(error);
    if (fault === this.fault) return false;
    this.fault = fault;
    this.logger.warn(`${this.task} failed (${fault}). ${this.consequence}`);
    return true;
  }

  /** Logs the end of the current fault, if any. */
  end(): void {
    if (this.fault !== null) this.logger.log(`${this.task} works again.`);
    this.clear();
  }

  /** Forgets the current fault without a line in the log. */
  clear(): void {
    this.fault = null;
  }
}
