import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, minuteMs, shift, startAt } from '../../test/support/license-fixture.js';
import { createReader } from './render-context.js';
import { formatInstant, formatDistance } from './format-time.js';

describe('formatDistance', () => {
  it.each([
    [0, 'less than a minute ago'],
    [1, 'in less than a minute'],
    [minuteMs - 1, 'in less than a minute'],
    [minuteMs, 'in 1 minute'],
    [2 * hourMs - 1, 'in 119 minutes'],
    [2 * hourMs, 'in 2 hours'],
    [2 * dayMs - 1, 'in 47 hours'],
    [30 * dayMs - 1, 'in 29 days'],
    [30 * dayMs, 'in 30 days'],
    [730 * dayMs - 1, 'in 729 days'],
    [730 * dayMs, 'in 2 years'],
    [-1, 'less than a minute ago'],
    [-5 * minuteMs, '5 minutes ago'],
    [-3 * dayMs, '3 days ago'],
  ])('formats a distance of %i ms as: %s', (ms, text) => {
    expect(formatDistance(shift(startAt, ms), createReader('en', startAt))).toBe(text);
  });
});

describe('formatInstant', () => {
  it('formats the date in the locale, with the name of the time zone', () => {
    // The same day in every time zone from UTC-9 to UTC+14.
    const morning = shift(startAt, -3 * hourMs);
    expect(formatInstant(morning, 'de')).toMatch(/^24\. November 2026 um \d\d:\d\d \S+$/);
    expect(formatInstant(morning, 'en-US')).toMatch(/^November 24, 2026 at \d{1,2}:\d\d\s[AP]M \S+$/);
  });

  it('formats each of many instants as Intl does, at the first and at a later time', () => {
    const intl = new Intl.DateTimeFormat('es', { hour: 'numeric', minute: '2-digit' });
    const instants = Array.from({ length: 250 }, (_, index) => shift(startAt, index * minuteMs));
    for (const instant of [...instants, ...instants]) {
      expect(formatInstant(instant, 'es', 'time')).toBe(intl.format(instant));
    }
  });
});
