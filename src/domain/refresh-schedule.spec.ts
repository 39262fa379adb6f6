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
  honouredRetryAfterMs,
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
    ['the latest device of a 7 d token, which the interval brings forward', 7 * dayMs, almostOne, dayMs],
    ['the latest device of a 1 s token', secondMs, almostOne, 700],
    ['any device of a token without a life', 0, almostOne, 0],
  ])('of %s', (_name, lifeMs, offset, expectedMs) => {
    const delayMs = firstRefreshAt(buildToken({ lifeMs }), dayMs, offset).getTime() - startAt.getTime();
    expect(Math.abs(delayMs - expectedMs)).toBeLessThanOrEqual(1);
  });

  it('lies in 50–70 % of the life, and never later than the refresh interval', () => {
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

  it('keeps the spread where the refresh interval is what counts', () => {
    const token = buildToken({ lifeMs: 7 * dayMs });
    const [first, last] = [0, almostOne].map((offset) => firstRefreshAt(token, dayMs, offset).getTime());
    expect((last ?? 0) - (first ?? 0)).toBeGreaterThan(6 * hourMs);
  });

  it('spreads over 1/7 to all of the interval after failures, where the interval is what counts', () => {
    const token = buildToken({ lifeMs: 7 * dayMs });
    const at = (offset: number) =>
      firstRefreshAt(token, 7 * hourMs, offset, true).getTime() - startAt.getTime();
    expect([at(0), at(0.5)]).toEqual([hourMs, 4 * hourMs]);
    expect(at(almostOne)).toBeCloseTo(7 * hourMs, -1);
  });

  it('stays in 50–70 % of the life after failures, where the life is what counts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 34 * hourMs }), place(), (lifeMs, offset) => {
        const token = buildToken({ lifeMs });
        expect(firstRefreshAt(token, dayMs, offset, true)).toEqual(firstRefreshAt(token, dayMs, offset));
      }),
    );
  });

  it('is later for a device with a later place', () => {
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

  it('counts from the moment of receipt, so that a clock that differs from the issuer does not move it', () => {
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

  it('is at the place of the device in as long a time as the refresh window is', () => {
    expect([0, 0.25, 0.5].map((offset) => delayMs(dayMs, offset))).toEqual([0, hourMs / 2, hourMs]);
  });

  it.each([
    ['two hours before the calm of the token ends', 7 * dayMs - 2 * hourMs, hourMs],
    ['an hour before it', 7 * dayMs - hourMs, hourMs / 2],
    ['at its end', 7 * dayMs, 0],
    ['after the token has ended', 11 * dayMs, 0],
  ])('is within what is left of it %s', (_name, afterMs, expectedMs) => {
    expect(delayMs(afterMs, 0.5)).toBe(expectedMs);
  });
});

describe('stableOffset', () => {
  it('is a part of 1 for any text', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (codes) => {
        const deviceId = String.fromCharCode(...codes);
        expect(stableOffset(deviceId)).toBeGreaterThanOrEqual(0);
        expect(stableOffset(deviceId)).toBeLessThan(1);
      }),
    );
  });

  it('is the same for a device at every start and in every version', () => {
    expect(['', 'srv-1', 'srv-store-12'].map((id) => Math.floor(stableOffset(id) * 2 ** 32))).toEqual([
      2872998923, 3152303488, 3018661941,
    ]);
  });

  it.each([
    ['counted ids', (index: number) => `srv-${index}`],
    ['padded ids', (index: number) => `srv-${String(index).padStart(8, '0')}`],
    ['ids that differ at the front', (index: number) => `${index}-store-of-the-demo-organization`],
    [
      'ids that count in hexadecimal',
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
    // 99 degrees of freedom: an even hash stays below this 9,999,999 times in 10 million.
    expect(chiSquare).toBeLessThan(188);
  });

  it('places neighbours independently of each other', () => {
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
  it('doubles its ceiling with each failure up to the cap, and reaches down to 1 s every time', () => {
    const failures = [1, 2, 3, 9, 10, 30, 31, 1000, Number.MAX_SAFE_INTEGER];
    expect(failures.map((count) => retryDelayMs(count, 7 * dayMs, 0))).toEqual(failures.map(() => secondMs));
    expect(failures.map((count) => Math.ceil(retryDelayMs(count, 7 * dayMs, almostOne) / secondMs))).toEqual([
      2, 4, 8, 512, 900, 900, 900, 900, 900,
    ]);
  });

  it('is a whole number of ms between 1 s and the cap', () => {
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
  ])(
    'honours a Retry-After that is %s, at most for the refresh interval',
    (_name, retryAfterMs, expectedMs) => {
      expect(honouredRetryAfterMs(retryAfterMs, 7 * dayMs, dayMs)).toBe(expectedMs);
    },
  );

  it('lets no Retry-After outlast a fifth of the token, but for the cap of all retries', () => {
    fc.assert(
      fc.property(fc.nat({ max: 400 * dayMs }), fc.nat({ max: 30 * dayMs }), (lifeMs, afterMs) => {
        expect(honouredRetryAfterMs(afterMs, lifeMs, dayMs)).toBeLessThanOrEqual(
          Math.max(retryCapMs(lifeMs), lifeMs / 5),
        );
      }),
      // Of which a fifth is, in binary fractions, a little more than a fifth.
      { examples: [[7_916_991, 1_583_399]] },
    );
  });

  it('waits for the Retry-After and then for its own jitter, so that not all come back at once', () => {
    fc.assert(
      fc.property(fc.nat({ max: 50 }), place(), fc.nat({ max: dayMs }), (failures, random, afterMs) => {
        expect(retryDelayMs(failures, 7 * dayMs, random, afterMs)).toBe(
          afterMs + retryDelayMs(failures, 7 * dayMs, random),
        );
      }),
    );
  });

  it('spreads 2,000 servers over the minutes of an outage that hit all of them at once', () => {
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

  it('is slower than any retry of a server that cannot be reached', () => {
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

/** A repeatable stand-in for chance (a linear congruential generator), so that a failure can be looked at again. */
function seedRandom(seed: number): () => number {
  let value = seed;
  return () => (value = (Math.imul(value, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

describe('isRefreshDue', () => {
  const now = new Date('2026-11-24T12:00:00Z');
  const inMs = (ms: number) => new Date(now.getTime() + ms);
  const farthestMs = dayMs + 15 * minuteMs;

  it.each([
    ['nothing is planned', null, false],
    ['its time is a moment away', inMs(1), false],
    ['its time has come', now, true],
    ['its time is past', inMs(-1), true],
    ['it is as far away as a delay can be', inMs(farthestMs), false],
    ['a clock that stood ahead has planned it', inMs(farthestMs + 1), true],
  ])('where %s', (_name, nextAttemptAt, isDue) => {
    expect(isRefreshDue(nextAttemptAt, dayMs, now)).toBe(isDue);
  });

  it.each([0, 1])('waits for a license that was refused although the interval is shorter (%i ms)', (ms) => {
    const maxMs = 4 * 15 * minuteMs + 15 * minuteMs;
    expect(isRefreshDue(inMs(maxMs + ms), minuteMs, now)).toBe(ms > 0);
  });
});
