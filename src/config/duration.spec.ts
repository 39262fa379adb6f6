import { describe, expect, it } from 'vitest';
import { parseDurationMs } from './duration.js';

describe('parseDurationMs', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['0s', 0],
    ['999999d', 86_399_913_600_000],
  ])('reads an integer with a unit: %s', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(['', '7', 'd', '1.5h', '-1d', '7 d', '7D', '1w', '1000000s', '1d2h'])('rejects "%s"', (text) => {
    expect(() => parseDurationMs(text)).toThrow(/not a duration/);
  });
});
