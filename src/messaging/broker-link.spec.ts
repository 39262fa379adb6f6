import { describe, expect, it } from 'vitest';
import { reconnectDelayMs } from './broker-link.js';

describe('reconnectDelayMs', () => {
  it('waits for one to two seconds at first, and for up to half a minute after several failed logins', () => {
    expect([0, 1, 4, 9].map((failed) => reconnectDelayMs(failed, 0))).toEqual([1000, 2000, 16_000, 16_000]);
    expect([0, 1, 4, 9].map((failed) => reconnectDelayMs(failed, 1))).toEqual([2000, 4000, 32_000, 32_000]);
  });
});
