/** Lets callers that come while work is under way share its outcome instead of starting it again. */
export class SingleFlight<T> {
  private current: Promise<T> | null = null;

  run(work: () => Promise<T>): Promise<T> {
    this.current ??= work().finally(() => {
      this.current = null;
    });
    return this.current;
  }

  /** Resolves once nothing is under way; the outcome is its starter's affair. */
  async whenIdle(): Promise<void> {
    await this.current?.catch(() => undefined);
  }
}
