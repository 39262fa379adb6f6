import { describe, expect, it } from 'vitest';
import {
  buildLicensedState,
  dayMs,
  defaultPolicy,
  hourMs,
  shift,
  startAt,
} from '../../test/support/license-fixture.js';
import { initialLicenseState, type LicenseState } from './license-state.js';
import { spreadOverdueRefresh } from './spread-overdue-refresh.js';
import { missedRefreshAt, stableOffset } from './refresh-schedule.js';

const { refreshIntervalMs } = defaultPolicy;
const licensed = buildLicensedState();
const dueAt = shift(startAt, dayMs);
const withNextAttempt = (nextAttemptAt: Date | null): LicenseState => ({
  ...licensed,
  refresh: { ...licensed.refresh, nextAttemptAt },
});

const withIntent = (nextAttemptAt: Date): LicenseState => ({
  ...licensed,
  refresh: { ...licensed.refresh, nextAttemptAt, intentAt: nextAttemptAt },
});

describe('placeMissedRefresh', () => {
  it('gives a refresh that is overdue its place from now on, and changes nothing else', () => {
    const now = shift(dueAt, hourMs);
    const token = licensed.license?.token;
    if (token === undefined) throw new Error('The fixture has a license.');
    const nextAttemptAt = missedRefreshAt(token, refreshIntervalMs, stableOffset('srv-store-12'), now);
    expect(spreadOverdueRefresh(withNextAttempt(dueAt), refreshIntervalMs, now)).toEqual(
      withNextAttempt(nextAttemptAt),
    );
    expect(nextAttemptAt > now).toBe(true);
  });

  it('gives a place to one that is due at the very start', () => {
    expect(spreadOverdueRefresh(withNextAttempt(dueAt), refreshIntervalMs, dueAt)).not.toBeNull();
  });

  it.each<[string, LicenseState, number]>([
    ['where there was never a license', initialLicenseState, dayMs],
    ['where the license is gone', { ...withNextAttempt(dueAt), license: null }, dayMs + hourMs],
    ['where nobody knows who the server is', { ...withNextAttempt(dueAt), identity: null }, dayMs + hourMs],
    ['where nothing is planned', withNextAttempt(null), dayMs],
    ['where its time has not come', withNextAttempt(dueAt), dayMs - 1],
    ['where one was under way at the end', withIntent(dueAt), dayMs + hourMs],
    [
      'where the first warning of the end is near, so that it is made at once',
      withNextAttempt(dueAt),
      5 * dayMs,
    ],
    ['where the token has ended, so that it is made at once', withNextAttempt(dueAt), 8 * dayMs],
  ])('leaves everything as it is %s', (_name, state, afterMs) => {
    expect(spreadOverdueRefresh(state, refreshIntervalMs, shift(startAt, afterMs))).toBeNull();
  });
});
