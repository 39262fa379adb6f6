import { describe, expect, it } from 'vitest';
import {
  buildGrant,
  dayMs,
  defaultPolicy,
  hourMs,
  shift,
  startAt,
} from '../../test/support/license-fixture.js';
import { buildTimelines } from './build-timelines.js';

const { license } = buildGrant({ terms: { renewalDate: shift(startAt, 100 * dayMs) } });
const nextRefreshAt = shift(startAt, 20 * hourMs);

describe('buildTimelines', () => {
  it('orders the moments of the token from its issue to its expiry', () => {
    const [token] = buildTimelines(license, nextRefreshAt, defaultPolicy, startAt);
    expect(token?.moments.map(({ kind }) => kind)).toEqual([
      'issued',
      'next-refresh',
      'warning',
      'warning',
      'warning',
      'token-expiry',
    ]);
    expect(token?.moments[0]?.offset).toBe(0);
    expect(token?.moments.at(-1)?.offset).toBe(1);
    expect(token?.passed).toBe(0);
  });

  it('returns the part of each time line that has passed', () => {
    const [token, whole] = buildTimelines(license, nextRefreshAt, defaultPolicy, shift(startAt, 3.5 * dayMs));
    expect(token?.passed).toBe(0.5);
    expect(whole?.passed).toBe(0.035);
  });

  it('contains the renewal window and the renewal date of a license', () => {
    const [, whole] = buildTimelines(license, nextRefreshAt, defaultPolicy, startAt);
    expect(whole?.moments.map(({ kind, offset }) => [kind, offset])).toEqual([
      ['issued', 0],
      ['renewal-window', 0.7],
      ['renewal', 1],
    ]);
  });

  it('contains only the token if the license has no renewal date', () => {
    const { license: endless } = buildGrant({ terms: { renewalDate: null } });
    expect(buildTimelines(endless, null, defaultPolicy, startAt).map(({ kind }) => kind)).toEqual(['token']);
  });

  it.each([-400, -1, 8, 200])(
    'returns positions between 0 and 1 when now is %i days after the issue',
    (days) => {
      for (const timeline of buildTimelines(
        license,
        nextRefreshAt,
        defaultPolicy,
        shift(startAt, days * dayMs),
      )) {
        for (const offset of [timeline.passed, ...timeline.moments.map((moment) => moment.offset)]) {
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(offset).toBeLessThanOrEqual(1);
        }
      }
    },
  );
});
