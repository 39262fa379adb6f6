import { describe, expect, it } from 'vitest';
import { checkClockOffset } from './check-clock-offset.js';

const date = 'Tue, 24 Nov 2026 12:00:00 GMT';
const theirsMs = Date.parse(date);

describe('checkClockOffset', () => {
  it.each([
    [59, 'ok', /agrees/],
    [60, 'warn', /60 s ahead of/],
    [-599, 'warn', /599 s behind/],
    [600, 'fail', /600 s ahead of/],
    [-7200, 'fail', /7200 s behind/],
  ])('gives a clock that is off by %i s the verdict "%s"', (seconds, verdict, message) => {
    const finding = checkClockOffset(date, theirsMs + seconds * 1000);
    expect(finding.verdict).toBe(verdict);
    expect(finding.message).toMatch(message);
  });

  it.each([null, '', 'yesterday'])('skips the check for the date %j', (invalid) => {
    expect(checkClockOffset(invalid, theirsMs).verdict).toBe('skip');
  });
});
