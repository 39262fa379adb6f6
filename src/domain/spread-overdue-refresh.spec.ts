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

describe('spreadOverdueRefresh', () => {
  it('moves an overdue refresh to its slot and changes nothing else', () => {
    const now = shift(dueAt, hourMs);
    const token = licensed.license?.token;
    if (token === undefined) throw new Error('The fixture has a license.');
    const nextAttemptAt = missedRefreshAt(token, refreshIntervalMs, stableOffset('srv-store-12'), now);
    expect(spreadOverdueRefresh(withNextAttempt(dueAt), refreshIntervalMs, now)).toEqual(
      withNextAttempt(nextAttemptAt),
    );
    expect(nextAttemptAt > now).toBe(true);
  });

  it('moves a refresh that is due exactly at startup', () => {
    const state = withNextAttempt(dueAt);
    expect(spreadOverdueRefresh(state, refreshIntervalMs, dueAt)).not.toBe(state);
  });

  it.each<[string, LicenseState, number]>([
    ['where there was never a license', initialLicenseState, dayMs],
    ['where the license was removed', { ...withNextAttempt(dueAt), license: null }, dayMs + hourMs],
    ['where the identity is unknown', { ...withNextAttempt(dueAt), identity: null }, dayMs + hourMs],
    ['where nothing is scheduled', withNextAttempt(null), dayMs],
    ['where it is not due yet', withNextAttempt(dueAt), dayMs - 1],
    ['where an attempt was interrupted', withIntent(dueAt), dayMs + hourMs],
    [
      'where the first expiry warning is near, so that it runs immediately',
      withNextAttempt(dueAt),
      5 * dayMs,
    ],
    ['where the token has expired, so that it runs immediately', withNextAttempt(dueAt), 8 * dayMs],
  ])('changes nothing %s', (_name, state, afterMs) => {
    expect(spreadOverdueRefresh(state, refreshIntervalMs, shift(startAt, afterMs))).toBe(state);
  });
});
