import { describe, expect, it } from 'vitest';
import { confirmedNow, trustworthyNow } from './clock.js';

const now = new Date('2026-11-24T12:00:00Z');
const trusted = new Date('2026-11-24T11:00:00Z');
const clock = (trustedNow: Date | null, isSuspect = false) => ({
  now: () => now,
  trustedNow: () => trustedNow,
  isSuspect: () => isSuspect,
});

describe('confirmedNow', () => {
  it('returns the trusted time, or the current time if there is none', () => {
    expect(confirmedNow(clock(trusted))).toBe(trusted);
    expect(confirmedNow(clock(null))).toBe(now);
  });
});

describe('trustworthyNow', () => {
  it('returns the trusted time while the clock is suspect, and otherwise the current time', () => {
    expect(trustworthyNow(clock(trusted, true))).toBe(trusted);
    expect(trustworthyNow(clock(null, true))).toBe(now);
    expect(trustworthyNow(clock(trusted))).toBe(now);
  });
});
