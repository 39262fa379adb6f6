import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CountedLog } from './counted-log.js';

describe('CountedLog', () => {
  let lines: string[];
  let log: CountedLog;

  beforeEach(() => {
    vi.useFakeTimers();
    lines = [];
    log = new CountedLog((key, count) => lines.push(`${key} ${count}`), 'others');
  });

  afterEach(() => vi.useRealTimers());

  it('writes one line for the first event of a key and one with the count of the following minute', () => {
    for (let event = 0; event < 2700; event++) log.count('192.0.2.1');
    log.count('192.0.2.2');
    expect(lines).toEqual(['192.0.2.1 1', '192.0.2.2 1']);
    vi.advanceTimersByTime(60_000);
    expect(lines).toEqual(['192.0.2.1 1', '192.0.2.2 1', '192.0.2.1 2699']);
  });

  it('writes the first event after a quiet minute immediately', () => {
    log.count('192.0.2.1');
    vi.advanceTimersByTime(60_000);
    log.count('192.0.2.1');
    expect(lines).toEqual(['192.0.2.1 1', '192.0.2.1 1']);
  });

  it('puts the keys beyond 500 in one line, so that neither memory nor log grows without a limit', () => {
    for (let key = 0; key < 10_000; key++) log.count(String(key));
    expect(lines).toHaveLength(501);
    expect(lines.at(-1)).toBe('others 1');
    vi.advanceTimersByTime(60_000);
    expect(lines.at(-1)).toBe('others 9499');
  });
});
