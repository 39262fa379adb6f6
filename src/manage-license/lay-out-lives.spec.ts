import { describe, expect, it } from 'vitest';
import {
  buildGrant,
  dayMs,
  defaultPolicy,
  hourMs,
  shift,
  startAt,
} from '../../test/support/license-fixture.js';
import { layOutLives } from './lay-out-lives.js';

const { license } = buildGrant({ terms: { renewalDate: shift(startAt, 100 * dayMs) } });
const nextRefreshAt = shift(startAt, 20 * hourMs);

describe('layOutLives', () => {
  it('orders the moments of the token from its issue to its expiry', () => {
    const [token] = layOutLives(license, nextRefreshAt, defaultPolicy, startAt);
    expect(token?.moments.map(({ kind }) => kind)).toEqual([
      'issued',
      'next-refresh',
      'warning',
      'warning',
      'warning',
      'token-expiry',
    ]);
    expect(token?.moments[0]?.place).toBe(0);
    expect(token?.moments.at(-1)?.place).toBe(1);
    expect(token?.passed).toBe(0);
  });

  it('returns the part of each time line that has passed', () => {
    const [token, whole] = layOutLives(license, nextRefreshAt, defaultPolicy, shift(startAt, 3.5 * dayMs));
    expect(token?.passed).toBe(0.5);
    expect(whole?.passed).toBe(0.035);
  });

  it('contains the renewal window and the renewal date of a license', () => {
    const [, whole] = layOutLives(license, nextRefreshAt, defaultPolicy, startAt);
    expect(whole?.moments.map(({ kind, place }) => [kind, place])).toEqual([
      ['issued', 0],
      ['renewal-window', 0.7],
      ['renewal', 1],
    ]);
  });

  it('contains only the token if the license has no renewal date', () => {
    const { license: endless } = buildGrant({ terms: { renewalDate: null } });
    expect(layOutLives(endless, null, defaultPolicy, startAt).map(({ kind }) => kind)).toEqual(['token']);
  });

  it.each([-400, -1, 8, 200])(
    'returns positions between 0 and 1 when now is %i days after the issue',
    (days) => {
      for (const life of layOutLives(license, nextRefreshAt, defaultPolicy, shift(startAt, days * dayMs))) {
        for (const place of [life.passed, ...life.moments.map((moment) => moment.place)]) {
          expect(place).toBeGreaterThanOrEqual(0);
          expect(place).toBeLessThanOrEqual(1);
        }
      }
    },
  );
});
