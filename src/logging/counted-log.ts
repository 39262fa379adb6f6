const windowMs = 60_000;
/** Bounds the memory and the lines per minute. Further keys share one line. */
const maxKeys = 500;

/**
 * Logs the first event of each key immediately, and the following ones as one line with their count at the end of each
 * minute, so that a flood cannot fill the disk.
 */
export class CountedLog {
  /** The number of events since the last line, by key. */
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly write: (key: string, count: number) => void,
    private readonly others: string,
  ) {}

  /** @param writeFirst writes the first event of the key, if `write` does not */
  count(key: string, writeFirst = () => this.write(key, 1)): void {
    const name = this.counts.has(key) || this.counts.size < maxKeys ? key : this.others;
    const count = this.counts.get(name);
    if (count === undefined) {
      if (name === key) writeFirst();
      else this.write(name, 1);
      this.startWindow(name);
    } else {
      this.counts.set(name, count + 1);
    }
  }

  private startWindow(key: string): void {
    this.counts.set(key, 0);
    setTimeout(() => this.endWindow(key), windowMs).unref();
  }

  private endWindow(key: string): void {
    const count = this.counts.get(key) ?? 0;
    this.counts.delete(key);
    if (count === 0) return;
    this.write(key, count);
    this.startWindow(key);
  }
}
