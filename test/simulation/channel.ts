/** A queue that one consumer iterates over. */
export class Channel<T> implements AsyncIterable<T> {
  private readonly queued: T[] = [];
  private wake: (() => void) | null = null;
  private isEnded = false;

  push(value: T): void {
    if (this.isEnded) return;
    this.queued.push(value);
    this.wake?.();
  }

  end(): void {
    this.isEnded = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const value = this.queued.shift();
      if (value !== undefined) yield value;
      else if (this.isEnded) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
