import { describe, expect, it } from 'vitest';
import { confirmedNow, trustworthyNow } from './clock.js';

const now = new Date('2026-11-24T12:00:00Z');
const trusted = new Date('2026-11-24T11:00:00Z');
const clock = (trustedNow: Date | null, isSuspect = false) => ({
  now: () => now,
  trustedNow: () => trustedNow,
  isSuspect: () => isSuspect,
});

describe('the time that counts', () => {
  it('is the trusted time where a wrong clock must not count, if there is one', () => {
    expect(confirmedNow(clock(trusted))).toBe(trusted);
    expect(confirmedNow(clock(null))).toBe(now);
  });

  it('is the trusted time only while the clock is suspect otherwise', () => {
    expect(trustworthyNow(clock(trusted))).toBe(now);
    expect(trustworthyNow(clock(trusted, true))).toBe(trusted);
    expect(trustworthyNow(clock(null, true))).toBe(now);
  });
});
