import { describe, expect, it } from 'vitest';
import { reconnectDelayMs } from './broker-link.js';

describe('reconnectDelayMs', () => {
  it('waits for one to two seconds at first, and for four to eight after several failed logins', () => {
    expect([0, 1, 2, 9].map((failed) => reconnectDelayMs(failed, 0))).toEqual([1000, 2000, 4000, 4000]);
    expect([0, 1, 2, 9].map((failed) => reconnectDelayMs(failed, 1))).toEqual([2000, 4000, 8000, 8000]);
  });
});
