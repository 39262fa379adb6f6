import { describe, expect, it } from 'vitest';
import { refreshAt, retryDelayMs } from '../src/device/refresh-schedule.js';

const WEEK_MS = 7 * 86_400_000;

describe('refreshAt', () => {
  it.each([
    [0, 0.5],
    [0.5, 0.6],
    [0.999_999, 0.7],
  ])("with the random number %d returns %d of the token's life", (random, part) => {
    const receivedAt = new Date('2026-03-01T00:00:00Z');
    const waitMs = refreshAt(receivedAt, WEEK_MS, random).getTime() - receivedAt.getTime();
    expect(waitMs / WEEK_MS).toBeCloseTo(part, 4);
  });
});

describe('retryDelayMs', () => {
  it('is at least a second, and at most doubles after each failure', () => {
    for (let failures = 1; failures <= 9; failures += 1) {
      expect(retryDelayMs(failures, WEEK_MS, 0)).toBe(1_000);
      expect(retryDelayMs(failures, WEEK_MS, 1)).toBe(1_000 * 2 ** failures);
    }
  });

  it.each([
    [WEEK_MS, 15 * 60_000],
    [100_000, 5_000],
    [4_000, 1_000],
  ])("with a token's life of %d ms never exceeds %d ms", (lifeMs, capMs) => {
    expect(retryDelayMs(1_000, lifeMs, 1)).toBe(capMs);
  });

  it("adds the Retry-After of the server, up to a fifth of the token's life", () => {
    expect(retryDelayMs(1, 100_000, 0, 7_000)).toBe(8_000);
    expect(retryDelayMs(1, 100_000, 0, 86_400_000)).toBe(21_000);
  });
});
