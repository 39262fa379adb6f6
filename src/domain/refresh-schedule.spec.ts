import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildToken,
  dayMs,
  hourMs,
  minuteMs,
  secondMs,
  shift,
  startAt,
} from '../../test/support/license-fixture.js';
import {
  firstRefreshAt,
  honoredRetryAfterMs,
  isRefreshDue,
  missedRefreshAt,
  refusedRetryDelayMs,
  retryCapMs,
  retryDelayMs,
  stableOffset,
} from './refresh-schedule.js';

const almostOne = 1 - 2 ** -32;

describe('firstRefreshAt', () => {
  it.each([
    ['the earliest device of a 60 s token', minuteMs, 0, 30 * secondMs],
    ['the latest device of a 60 s token', minuteMs, almostOne, 42 * secondMs],
    ['the earliest device of a 1 d token', dayMs, 0, 12 * hourMs],
    ['the middle of a 1 d token', dayMs, 0.5, 14.4 * hourMs],
    ['the latest device of a 1 d token', dayMs, almostOne, 16.8 * hourMs],
    ['the latest device of a 7 d token, limited by the interval', 7 * dayMs, almostOne, dayMs],
    ['the latest device of a 1 s token', secondMs, almostOne, 700],
    ['any device of a token with a lifetime of 0', 0, almostOne, 0],
  ])('of %s', (_name, lifeMs, offset, expectedMs) => {
    const delayMs = firstRefreshAt(buildToken({ lifeMs }), dayMs, offset).getTime() - startAt.getTime();
    expect(Math.abs(delayMs - expectedMs)).toBeLessThanOrEqual(1);
  });

  it('lies in 50–70 % of the lifetime and never after the refresh interval', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 * dayMs }),
        interval(),
        place(),
        (lifeMs, intervalMs, offset) => {
          const delayMs =
            firstRefreshAt(buildToken({ lifeMs }), intervalMs, offset).getTime() - startAt.getTime();
          expect(delayMs).toBeLessThanOrEqual(Math.min(0.7 * lifeMs, intervalMs));
          expect(delayMs).toBeGreaterThan(Math.min(0.5 * lifeMs, (intervalMs * 5) / 7) - 1.001);
        },
      ),
    );
  });

  it('keeps the spread if the refresh interval is the limit', () => {
    const token = buildToken({ lifeMs: 7 * dayMs });
    const [first, last] = [0, almostOne].map((offset) => firstRefreshAt(token, dayMs, offset).getTime());
    expect((last ?? 0) - (first ?? 0)).toBeGreaterThan(6 * hourMs);
  });

  it('spreads over 1/7 to all of the interval after failures if the interval is the limit', () => {
    const token = buildToken({ lifeMs: 7 * dayMs });
    const at = (offset: number) =>
      firstRefreshAt(token, 7 * hourMs, offset, true).getTime() - startAt.getTime();
    expect([at(0), at(0.5)]).toEqual([hourMs, 4 * hourMs]);
    expect(at(almostOne)).toBeCloseTo(7 * hourMs, -1);
  });

  it('stays in 50–70 % of the lifetime after failures if the lifetime is the limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 34 * hourMs }), place(), (lifeMs, offset) => {
        const token = buildToken({ lifeMs });
        expect(firstRefreshAt(token, dayMs, offset, true)).toEqual(firstRefreshAt(token, dayMs, offset));
      }),
    );
  });

  it('is later for a device with a later slot', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 * dayMs }),
        interval(),
        place(),
        place(),
        (lifeMs, intervalMs, a, b) => {
          const at = (offset: number) => firstRefreshAt(buildToken({ lifeMs }), intervalMs, offset).getTime();
          expect(at(Math.min(a, b))).toBeLessThanOrEqual(at(Math.max(a, b)));
        },
      ),
    );
  });

  it('waits after a token that is received near its end, because a clock far ahead receives only such tokens', () => {
    for (const aheadMs of [5 * dayMs, 7 * dayMs, 400 * dayMs]) {
      const token = buildToken({ lifeMs: 7 * dayMs, receivedAt: shift(startAt, aheadMs) });
      expect(firstRefreshAt(token, dayMs, 0)).toEqual(shift(token.receivedAt, 15 * minuteMs));
    }
  });

  it('counts from receipt, so that a clock difference to the issuer does not matter', () => {
    const received = shift(startAt, hourMs);
    const delayMs =
      firstRefreshAt(buildToken({ lifeMs: dayMs, receivedAt: received }), dayMs, 0).getTime() -
      received.getTime();
    expect(delayMs).toBeCloseTo(12 * hourMs, -1);
  });
});

describe('missedRefreshAt', () => {
  const token = buildToken({ lifeMs: 10 * dayMs });
  const delayMs = (afterMs: number, offset: number) =>
    missedRefreshAt(token, 7 * hourMs, offset, shift(startAt, afterMs)).getTime() -
    afterMs -
    startAt.getTime();

  it('lies at the slot of the device in a period as long as the refresh window', () => {
    expect([0, 0.25, 0.5].map((offset) => delayMs(dayMs, offset))).toEqual([0, hourMs / 2, hourMs]);
  });

  it.each([
    ['two hours before the first warning', 7 * dayMs - 2 * hourMs, hourMs],
    ['an hour before it', 7 * dayMs - hourMs, hourMs / 2],
    ['at its end', 7 * dayMs, 0],
    ['after the token has ended', 11 * dayMs, 0],
  ])('is limited to the time left %s', (_name, afterMs, expectedMs) => {
    expect(delayMs(afterMs, 0.5)).toBe(expectedMs);
  });
});

describe('stableOffset', () => {
  it('is between 0 and 1 for any text', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (codes) => {
        const deviceId = String.fromCharCode(...codes);
        expect(stableOffset(deviceId)).toBeGreaterThanOrEqual(0);
        expect(stableOffset(deviceId)).toBeLessThan(1);
      }),
    );
  });

  it('is the same for a device across restarts and versions', () => {
    expect(['', 'srv-1', 'srv-store-12'].map((id) => Math.floor(stableOffset(id) * 2 ** 32))).toEqual([
      2872998923, 3152303488, 3018661941,
    ]);
  });

  it.each([
    ['counted ids', (index: number) => `srv-${index}`],
    ['padded ids', (index: number) => `srv-${String(index).padStart(8, '0')}`],
    ['ids that differ at the front', (index: number) => `${index}-store-of-the-demo-organization`],
    [
      'hexadecimal ids in sequence',
      (index: number) => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
    ],
    ['random ids', () => randomUUID()],
  ])('spreads 100,000 %s evenly', (_name, idOf) => {
    const devices = 100_000;
    const buckets = Array.from({ length: 100 }, () => 0);
    for (let index = 0; index < devices; index++) {
      const bucket = Math.floor(stableOffset(idOf(index)) * buckets.length);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    const fair = devices / buckets.length;
    const chiSquare = buckets.reduce((sum, count) => sum + (count - fair) ** 2 / fair, 0);
    // 99 degrees of freedom: an even hash exceeds this once in 10 million runs.
    expect(chiSquare).toBeLessThan(188);
  });

  it('places neighboring ids independently of each other', () => {
    const places = Array.from({ length: 10_000 }, (_, index) => stableOffset(`srv-${index}`));
    const product = places
      .slice(1)
      .reduce((sum, at, index) => sum + (at - 0.5) * ((places[index] ?? 0) - 0.5), 0);
    // The correlation of 10,000 independent pairs has a standard deviation of 1 %.
    expect(Math.abs((product / (places.length - 1)) * 12)).toBeLessThan(0.05);
  });
});

describe('retryCapMs', () => {
  it.each([
    ['7 d', 7 * dayMs, 15 * minuteMs],
    ['5 h, where both limits meet', 5 * hourMs, 15 * minuteMs],
    ['1 h', hourMs, 3 * minuteMs],
    ['60 s', minuteMs, 3 * secondMs],
    ['20 s', 20 * secondMs, secondMs],
    ['1 s', secondMs, secondMs],
    ['0 s', 0, secondMs],
  ])('of a token that lives %s', (_name, lifeMs, expectedMs) => {
    expect(retryCapMs(lifeMs)).toBe(expectedMs);
  });
});

describe('retryDelayMs', () => {
  it('doubles its ceiling with each failure up to the cap; the minimum stays 1 s', () => {
    const failures = [1, 2, 3, 9, 10, 30, 31, 1000, Number.MAX_SAFE_INTEGER];
    expect(failures.map((count) => retryDelayMs(count, 7 * dayMs, 0))).toEqual(failures.map(() => secondMs));
    expect(failures.map((count) => Math.ceil(retryDelayMs(count, 7 * dayMs, almostOne) / secondMs))).toEqual([
      2, 4, 8, 512, 900, 900, 900, 900, 900,
    ]);
  });

  it('returns whole milliseconds between 1 s and the cap', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 400 * dayMs }), place(), (failures, lifeMs, random) => {
        const delayMs = retryDelayMs(failures, lifeMs, random);
        expect(Number.isInteger(delayMs)).toBe(true);
        expect(delayMs).toBeGreaterThanOrEqual(secondMs);
        expect(delayMs).toBeLessThanOrEqual(retryCapMs(lifeMs));
        expect(delayMs).toBeLessThanOrEqual(Math.max(secondMs, secondMs * 2 ** failures));
      }),
    );
  });

  it('is spread evenly between its bounds', () => {
    const delays = [0, 0.25, 0.5, 0.75].map((random) => retryDelayMs(3, 7 * dayMs, random));
    expect(delays).toEqual([1000, 2750, 4500, 6250]);
  });

  it.each([
    ['longer than the jitter', 30 * minuteMs, 30 * minuteMs],
    ['exactly the refresh interval', dayMs, dayMs],
    ['1 ms longer than the refresh interval', dayMs + 1, dayMs],
    ['endless', Number.POSITIVE_INFINITY, dayMs],
    ['in the past', -dayMs, 0],
  ])('honors a Retry-After that is %s, up to the refresh interval', (_name, retryAfterMs, expectedMs) => {
    expect(honoredRetryAfterMs(retryAfterMs, 7 * dayMs, dayMs)).toBe(expectedMs);
  });

  it('limits a Retry-After to a fifth of the token lifetime, or the retry cap if that is longer', () => {
    fc.assert(
      fc.property(fc.nat({ max: 400 * dayMs }), fc.nat({ max: 30 * dayMs }), (lifeMs, afterMs) => {
        expect(honoredRetryAfterMs(afterMs, lifeMs, dayMs)).toBeLessThanOrEqual(
          Math.max(retryCapMs(lifeMs), lifeMs / 5),
        );
      }),
      // A fifth of it is slightly too large in binary floating point.
      { examples: [[7_916_991, 1_583_399]] },
    );
  });

  it('adds its own jitter to the Retry-After, so that clients do not return simultaneously', () => {
    fc.assert(
      fc.property(fc.nat({ max: 50 }), place(), fc.nat({ max: dayMs }), (failures, random, afterMs) => {
        expect(retryDelayMs(failures, 7 * dayMs, random, afterMs)).toBe(
          afterMs + retryDelayMs(failures, 7 * dayMs, random),
        );
      }),
    );
  });

  it('spreads 2,000 servers over the minutes of a common outage', () => {
    const random = seedRandom(1);
    const perMinute = new Map<number, number>();
    for (let server = 0; server < 2000; server++) {
      let elapsedMs = 0;
      for (let failures = 1; elapsedMs < 2 * hourMs; failures++) {
        const minute = Math.floor(elapsedMs / minuteMs);
        perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
        elapsedMs += retryDelayMs(failures, 7 * dayMs, random());
      }
    }
    const secondHour = Array.from({ length: 60 }, (_, minute) => perMinute.get(60 + minute) ?? 0);
    const fair = 2000 / 7.5;
    for (const tries of secondHour) {
      expect(tries).toBeGreaterThan(fair * 0.7);
      expect(tries).toBeLessThan(fair * 1.3);
    }
  });
});

describe('refusedRetryDelayMs', () => {
  it.each([
    ['7 d', 7 * dayMs, 45 * minuteMs, hourMs],
    ['60 s', minuteMs, 9 * secondMs, 12 * secondMs],
    ['0 s', 0, 3 * secondMs, 4 * secondMs],
  ])('of a token that lives %s', (_name, lifeMs, minMs, maxMs) => {
    expect(refusedRetryDelayMs(lifeMs, 0)).toBe(minMs);
    expect(refusedRetryDelayMs(lifeMs, almostOne)).toBe(maxMs - 1);
  });

  it('is longer than any retry delay for an unreachable server', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * dayMs }), place(), (lifeMs, random) => {
        expect(refusedRetryDelayMs(lifeMs, random)).toBeGreaterThan(retryDelayMs(30, lifeMs, almostOne));
      }),
    );
  });
});

function place() {
  return fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
}

function interval() {
  return fc.integer({ min: 1, max: 60 * dayMs });
}

/** A seeded random generator (linear congruential), so that failures can be reproduced. */
function seedRandom(seed: number): () => number {
  let value = seed;
  return () => (value = (Math.imul(value, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

describe('isRefreshDue', () => {
  const now = new Date('2026-11-24T12:00:00Z');
  const inMs = (ms: number) => new Date(now.getTime() + ms);
  const farthestMs = dayMs + 15 * minuteMs;

  it.each([
    ['nothing is scheduled', null, false],
    ['it is 1 ms away', inMs(1), false],
    ['it is due now', now, true],
    ['it is 1 ms overdue', inMs(-1), true],
    ['it is the maximum delay away', inMs(farthestMs), false],
    ['it was scheduled by a clock that was ahead', inMs(farthestMs + 1), true],
  ])('where %s', (_name, nextAttemptAt, isDue) => {
    expect(isRefreshDue(nextAttemptAt, dayMs, now)).toBe(isDue);
  });

  it.each([0, 1])('waits for the refusal delay even if the interval is shorter (%i ms)', (ms) => {
    const maxMs = 4 * 15 * minuteMs + 15 * minuteMs;
    expect(isRefreshDue(inMs(maxMs + ms), minuteMs, now)).toBe(ms > 0);
  });
});
