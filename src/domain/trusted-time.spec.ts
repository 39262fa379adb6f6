import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advanceMark,
  clockToleranceMs,
  effectiveNow,
  isWallClockSuspect,
  type TimeMark,
} from './trusted-time.js';

const noon = Date.parse('2026-11-24T12:00:00Z');
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const mark: TimeMark = { at: new Date(noon), uptimeMs: 1000 };

const reading = (wallOffsetMs: number, ranMs: number) => ({
  wall: new Date(noon + wallOffsetMs),
  uptimeMs: mark.uptimeMs + ranMs,
});

describe('the effective time', () => {
  it('is the wall clock before the first contact', () => {
    expect(effectiveNow(reading(-dayMs, 0), null)).toEqual(new Date(noon - dayMs));
  });

  it('is the mark advanced by the uptime if the wall clock was set back', () => {
    expect(effectiveNow(reading(-30 * dayMs, hourMs), mark)).toEqual(new Date(noon + hourMs));
  });

  it('is the wall clock if it is ahead, because the machine may have been off', () => {
    expect(effectiveNow(reading(3 * dayMs, hourMs), mark)).toEqual(new Date(noon + 3 * dayMs));
  });

  it.each([-1, 0, 1])('switches between both where they meet (%i ms)', (ms) => {
    expect(effectiveNow(reading(hourMs + ms, hourMs), mark)).toEqual(
      new Date(noon + hourMs + Math.max(0, ms)),
    );
  });

  it('never goes back while the machine runs, however its clock is set', () => {
    const steps = fc.array(fc.tuple(fc.nat(dayMs), fc.integer({ min: -900 * dayMs, max: 0 })), {
      minLength: 2,
    });
    fc.assert(
      fc.property(steps, (moves) => {
        let ranMs = 0;
        let last = 0;
        for (const [passesMs, setBackMs] of moves) {
          ranMs += passesMs;
          const now = effectiveNow(reading(ranMs + setBackMs, ranMs), mark).getTime();
          expect(now).toBeGreaterThanOrEqual(last);
          last = now;
        }
      }),
    );
  });

  it('is correct again after a clock that was set forward is set back', () => {
    fc.assert(
      fc.property(fc.nat(900 * dayMs), fc.nat(dayMs), (jumpMs, ranMs) => {
        effectiveNow(reading(ranMs + jumpMs, ranMs), mark);
        expect(effectiveNow(reading(ranMs, ranMs), mark)).toEqual(new Date(noon + ranMs));
      }),
    );
  });
});

describe('a suspect clock', () => {
  it.each([
    ['a clock that agrees is trusted', 0, false],
    ['a clock behind by the tolerance is trusted', -clockToleranceMs, false],
    ['a clock behind by 1 ms more is suspect', -clockToleranceMs - 1, true],
    ['a clock ahead by the tolerance is trusted', clockToleranceMs, false],
    ['a clock ahead by 1 ms more is suspect', clockToleranceMs + 1, true],
    ['a clock with a dead battery is suspect', -20 * 365 * dayMs, true],
  ])('%s', (_name, offsetMs, isSuspect) => {
    expect(isWallClockSuspect(reading(hourMs + offsetMs, hourMs), mark, mark)).toBe(isSuspect);
  });

  it('excludes a clock ahead of a mark from before the start', () => {
    const start: TimeMark = { at: new Date(noon + 5 * dayMs), uptimeMs: 0 };
    const now = { wall: new Date(noon + 5 * dayMs + hourMs), uptimeMs: hourMs };
    expect(isWallClockSuspect(now, { ...mark, uptimeMs: 0 }, start)).toBe(false);
  });

  it('includes a clock that was behind the mark at startup and has run correctly since', () => {
    const start: TimeMark = { at: new Date(noon - dayMs), uptimeMs: 0 };
    const now = { wall: new Date(noon - dayMs + hourMs), uptimeMs: hourMs };
    expect(isWallClockSuspect(now, { ...mark, uptimeMs: 0 }, start)).toBe(true);
  });

  it('includes a clock that jumps while the process runs, even before any contact', () => {
    expect(isWallClockSuspect(reading(2 * hourMs, hourMs), null, mark)).toBe(true);
  });
});

describe('advancing a mark', () => {
  it('does not go back after the uptime was reset', () => {
    expect(advanceMark(mark, 0)).toEqual(mark.at);
  });
});
