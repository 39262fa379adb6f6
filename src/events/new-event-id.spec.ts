import { describe, expect, it } from 'vitest';
import { newEventId } from './new-event-id.js';

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

describe('newEventId', () => {
  it('returns a ULID whose first ten characters are the time in ms', () => {
    const now = new Date('2026-11-24T12:00:00.123Z');
    const id = newEventId(now);
    expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    const digits = Array.from({ length: 10 }, (_, index) => crockford.indexOf(id.charAt(index)));
    const time = digits.reduce((sum, digit) => sum * 32 + digit, 0);
    expect(time).toBe(now.getTime());
  });

  it('sorts by time as text', () => {
    const ids = [0, 1, 999, 1000, 86_400_000, 1_795_521_600_000, 2_000_000_000_000].map((ms) =>
      newEventId(new Date(ms)),
    );
    expect(ids).toEqual(ids.toSorted());
  });

  it('differs each time, even within one ms', () => {
    const now = new Date();
    expect(new Set(Array.from({ length: 10_000 }, () => newEventId(now))).size).toBe(10_000);
  });
});
