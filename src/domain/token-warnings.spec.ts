import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildToken,
  dayMs,
  defaultPolicy,
  hourMs,
  minuteMs,
  oddInstants,
  secondMs,
  shift,
} from '../../test/support/license-fixture.js';
import { tokenStatusAt } from './license-status.js';
import { firstRefreshAt } from './refresh-schedule.js';
import { dueTokenWarnings, maxTokenWarnings, tokenWarningThresholds } from './token-warnings.js';

const configured = defaultPolicy.tokenWarningsSeconds;
const hour = 3600;

describe('tokenWarningThresholds', () => {
  it.each([
    ['30 days', 30 * dayMs, [48 * hour, 24 * hour, 6 * hour]],
    ['7 days', 7 * dayMs, [42 * hour, 21 * hour, 6 * hour]],
    ['1 day', dayMs, [6 * hour, 3 * hour, 72 * 60]],
    ['60 s', minuteMs, [15, 7, 3]],
    ['20 s', 20 * secondMs, [5, 2, 1]],
    ['19.999 s', 20 * secondMs - 1, [4, 2]],
    ['8 s', 8 * secondMs, [2, 1]],
    ['4 s', 4 * secondMs, [1]],
    ['3.999 s', 4 * secondMs - 1, []],
    ['1 s', secondMs, []],
    ['0 s', 0, []],
    ['a negative lifetime', -dayMs, []],
  ])('of a token that lives %s', (_name, lifeMs, expected) => {
    expect(tokenWarningThresholds(buildToken({ lifeMs }), configured)).toEqual(expected);
  });

  it.each([
    ['none', [], []],
    ['a single threshold', [24 * hour], [24 * hour]],
    ['two', [24 * hour, hour], [24 * hour, hour]],
    ['the same twice', [hour, hour, 60], [hour, 60]],
    ['the same three times', [hour, hour, hour], [hour]],
    ['the smallest first', [6 * hour, 24 * hour, 48 * hour], [21 * hour, 30240, 6 * hour]],
    ['0', [0, hour, 0], [hour]],
    ['a negative one', [-1, hour], [hour]],
    ['one second', [1, 1, 1], [1]],
    ['far more than a lifetime', [9e9, 9e9, 9e9], [42 * hour, 21 * hour, 30240]],
    ['more than three', [24 * hour, 12 * hour, 6 * hour, hour], [24 * hour, 12 * hour, 6 * hour]],
  ])('of a 7-day token, configured with %s', (_name, warnings, expected) => {
    expect(tokenWarningThresholds(buildToken(), warnings)).toEqual(expected);
  });

  it('supports three thresholds', () => {
    expect(maxTokenWarnings).toBe(3);
  });

  it('returns at most three positive, falling values, none above a quarter of the lifetime or the largest configured', () => {
    fc.assert(
      fc.property(anyLifeMs(), anyWarnings(), (life, seconds) => {
        const thresholds = tokenWarningThresholds(buildToken({ lifeMs: life }), seconds);
        expect(thresholds.length).toBeLessThanOrEqual(Math.min(3, seconds.length));
        thresholds.forEach((threshold, index) => {
          expect(threshold).toBeGreaterThan(0);
          expect(threshold).toBeLessThan(thresholds[index - 1] ?? Number.POSITIVE_INFINITY);
          expect(threshold * 1000).toBeLessThanOrEqual(life / 4);
          expect(threshold).toBeLessThanOrEqual(Math.max(...seconds));
        });
      }),
    );
  });
});

describe('a healthy server', () => {
  it('never warns: its token is still valid, with nothing due, at the first refresh', () => {
    const offset = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const refreshInterval = fc.integer({ min: 1, max: 60 * dayMs });
    fc.assert(
      fc.property(
        anyLifeMs(),
        anyWarnings(),
        refreshInterval,
        offset,
        (life, seconds, refreshIntervalMs, place) => {
          const token = buildToken({ lifeMs: life });
          const refreshedAt = firstRefreshAt(token, refreshIntervalMs, place);
          const [first = 0] = tokenWarningThresholds(token, seconds);
          expect(dueTokenWarnings(token, seconds, null, refreshedAt)).toEqual([]);
          expect(tokenStatusAt(token, first, refreshedAt)).toBe('valid');
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('has a twentieth of the lifetime to spare for a slow answer', () => {
    fc.assert(
      fc.property(fc.integer({ min: secondMs, max: 400 * dayMs }), (life) => {
        const token = buildToken({ lifeMs: life });
        const latest = firstRefreshAt(token, Number.MAX_SAFE_INTEGER, 1 - 2 ** -32);
        const answeredAt = shift(latest, Math.floor(life / 20) - 1);
        expect(dueTokenWarnings(token, configured, null, answeredAt)).toEqual([]);
      }),
    );
  });
});

describe('dueTokenWarnings', () => {
  describe.each(oddInstants)('of a 7-day token that expires when %s', (_name, expiresAt) => {
    const token = buildToken({ issuedAt: shift(expiresAt, -7 * dayMs) });

    it.each([
      [-42 * hourMs - 1, []],
      [-42 * hourMs, [42 * hour]],
      [-42 * hourMs + 1, [42 * hour]],
      [-21 * hourMs - 1, [42 * hour]],
      [-21 * hourMs, [42 * hour, 21 * hour]],
      [-21 * hourMs + 1, [42 * hour, 21 * hour]],
      [-6 * hourMs - 1, [42 * hour, 21 * hour]],
      [-6 * hourMs, [42 * hour, 21 * hour, 6 * hour]],
      [-6 * hourMs + 1, [42 * hour, 21 * hour, 6 * hour]],
      [-1, [42 * hour, 21 * hour, 6 * hour]],
      [0, [42 * hour, 21 * hour, 6 * hour]],
      [1, [42 * hour, 21 * hour, 6 * hour, 0]],
    ])('returns those reached %i ms from expiry if none was announced', (offsetMs, expected) => {
      expect(dueTokenWarnings(token, configured, null, shift(expiresAt, offsetMs))).toEqual(expected);
    });
  });

  it.each([
    [42 * hour, [21 * hour, 6 * hour, 0]],
    [21 * hour, [6 * hour, 0]],
    [6 * hour, [0]],
    [0, []],
  ])('omits thresholds announced down to %i s after expiry', (announced, expected) => {
    const token = buildToken();
    expect(dueTokenWarnings(token, configured, announced, shift(token.expiresAt, 1))).toEqual(expected);
  });

  it('reports the expiry of a token that is too short-lived for warnings', () => {
    const token = buildToken({ lifeMs: secondMs });
    const due = [-1, 0, 1].map((ms) => dueTokenWarnings(token, configured, null, shift(token.expiresAt, ms)));
    expect(due).toEqual([[], [], [0]]);
  });

  it('returns each threshold once and in falling order, however often it is called', () => {
    fc.assert(
      fc.property(
        anyLifeMs(),
        anyWarnings(),
        fc.array(fc.double({ min: 0, max: 1.2, noNaN: true })),
        (life, seconds, parts) => {
          const token = buildToken({ lifeMs: life });
          const looks = [...parts.toSorted((a, b) => a - b), 1.2].map((part) =>
            shift(token.issuedAt, Math.ceil(part * life) + (part === 1.2 ? 1 : 0)),
          );
          const reported: number[] = [];
          for (const now of looks)
            reported.push(...dueTokenWarnings(token, seconds, reported.at(-1) ?? null, now));
          expect(reported).toEqual([...tokenWarningThresholds(token, seconds), 0]);
        },
      ),
    );
  });
});

/** Lifetimes from 1 ms to 400 days, distributed logarithmically. */
function anyLifeMs() {
  return fc.oneof(
    fc.integer({ min: 1, max: 30 * secondMs }),
    fc.integer({ min: 1, max: dayMs }),
    fc.integer({ min: 1, max: 400 * dayMs }),
  );
}

function anyWarnings() {
  const seconds = fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 * 24 * hour }));
  return fc.array(seconds, { maxLength: 5 });
}
