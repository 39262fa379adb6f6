import { describe, expect, it } from 'vitest';
import { planShifts } from './plan-shifts.mjs';

const startsOf = (/** @type {string} */ now) =>
  Object.fromEntries(planShifts(new Date(now)).map(({ name, startsAt }) => [name, startsAt.toISOString()]));

describe('the dates that the tests run on', () => {
  it('are these dates in November 2026', () => {
    expect(startsOf('2026-11-28T09:30:15Z')).toEqual({
      '1-day': '2026-11-29T09:30:15.000Z',
      '40-days': '2027-01-07T09:30:15.000Z',
      '400-days': '2028-01-02T09:30:15.000Z',
      'leap-day': '2028-02-29T12:00:00.000Z',
      'year-end': '2026-12-31T23:59:00.000Z',
      'berlin-spring': '2027-03-28T00:59:00.000Z',
      'berlin-autumn': '2027-10-31T00:59:00.000Z',
      'new-york-spring': '2027-03-14T06:59:00.000Z',
      'new-york-autumn': '2027-11-07T05:59:00.000Z',
      '12-years': '2038-11-28T09:30:15.000Z',
    });
  });

  it.each(['2028-02-28T23:00:00Z', '2028-02-29T13:00:00Z', '2028-10-29T00:59:30Z', '2027-12-31T23:58:30Z'])(
    'are ten dates after the present on %s',
    (now) => {
      const shifts = planShifts(new Date(now));
      expect(new Set(shifts.map(({ name }) => name)).size).toBe(10);
      for (const { name, startsAt } of shifts) {
        expect(startsAt.getTime(), name).toBeGreaterThan(Date.parse(now));
      }
    },
  );
});
