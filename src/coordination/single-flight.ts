/** Shares the outcome of running work with callers that arrive in the meantime. */
export class SingleFlight<T> {
  private current: Promise<T> | null = null;

  run(work: () => Promise<T>): Promise<T> {
    this.current ??= work().finally(() => {
      this.current = null;
    });
    return this.current;
  }

  /** Resolves when no work is running, whatever its outcome. */
  async whenIdle(): Promise<void> {
    await this.current?.catch(() => undefined);
  }
}
