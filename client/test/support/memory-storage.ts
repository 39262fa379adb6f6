import type { DeviceStorage } from '../../src/index.js';

/** A storage in memory that a test can inspect and break. */
export class MemoryStorage implements DeviceStorage {
  readonly writes: string[] = [];
  isBroken = false;

  read(): Promise<string | null> {
    return Promise.resolve(this.writes.at(-1) ?? null);
  }

  write(state: string): Promise<void> {
    if (this.isBroken) return Promise.reject(new Error('the disk is full'));
    this.writes.push(state);
    return Promise.resolve();
  }

  get last(): Record<string, unknown> {
    return JSON.parse(this.writes.at(-1) ?? 'null') as Record<string, unknown>;
  }
}
