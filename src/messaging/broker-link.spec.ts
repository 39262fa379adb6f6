import { describe, expect, it } from 'vitest';
import { reconnectDelayMs } from './broker-link.js';

describe('reconnectDelayMs', () => {
  it('is one to two seconds at first, and twice as long after each doubling', () => {
    expect([0, 1, 2, 4].map((doublings) => reconnectDelayMs(doublings, 0))).toEqual([
      1000, 2000, 4000, 16_000,
    ]);
    expect([0, 1, 2, 4].map((doublings) => reconnectDelayMs(doublings, 1))).toEqual([
      2000, 4000, 8000, 32_000,
    ]);
  });
});
