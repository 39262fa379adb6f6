import { describe, expect, it } from 'vitest';
import {
  buildGrant,
  buildLicensedState,
  buildToken,
  dayMs,
  defaultPolicy,
  freezeDeeply,
  hourMs,
  minuteMs,
  nameEvent,
  oddInstants,
  secondMs,
  shift,
  startAt,
} from '../../test/support/license-fixture.js';
import { acceptRefreshedGrant } from './accept-grant.js';
import { unchanged } from './license-event.js';
import { initialLicenseState, type LicenseState } from './license-state.js';
import { applyRenewalDate, applyTime } from './apply-time.js';
import { beginRefresh, failRefresh } from './refresh-failure.js';
import { dropLicense } from './remove-license.js';

const policy = defaultPolicy;
const unreachable = {
  kind: 'unreachable',
  isConclusive: true,
  code: 'ENOTFOUND',
  message: 'no network',
} as const;
const grantDead = { kind: 'grant-dead', code: 'invalid_grant', message: 'unknown' } as const;
/** A token that outlives the tests of the renewal date. */
const longToken = buildToken({ issuedAt: new Date('2026-01-01T00:00:00Z'), lifeMs: 4000 * dayMs });

function observeAt(state: LicenseState, now: Date): string[] {
  return applyTime(state, policy, now).events.map(nameEvent);
}

/** Applies each time in turn and returns the emitted events with their times. */
function watch(
  state: LicenseState,
  moments: readonly Date[],
): { state: LicenseState; reported: [number, string][] } {
  const reported: [number, string][] = [];
  let watched = state;
  for (const now of moments) {
    const change = applyTime(watched, policy, now);
    change.events.forEach((event) => reported.push([now.getTime(), nameEvent(event)]));
    watched = change.state;
  }
  return { state: watched, reported: reported };
}

describe('applyTime', () => {
  it('changes nothing without a license', () => {
    const { state: removed } = dropLicense(buildLicensedState(), policy, startAt);
    for (const state of [initialLicenseState, removed]) {
      const change = applyTime(state, policy, shift(startAt, 1000 * dayMs));
      expect(change.state).toBe(state);
      expect(change.events).toEqual([]);
    }
  });

  it('returns the same state if nothing is due', () => {
    const state = buildLicensedState();
    expect(applyTime(state, policy, shift(startAt, dayMs)).state).toBe(state);
  });

  describe.each(oddInstants)('with the renewal date when %s', (_name, renewalDate) => {
    const state = freezeDeeply(buildLicensedState(buildGrant({ terms: { renewalDate }, token: longToken })));

    it.each([
      [-30 * dayMs - 1, []],
      [-30 * dayMs, ['renewal-window']],
      [-30 * dayMs + 1, ['renewal-window']],
      [-1, ['renewal-window']],
      [0, ['expired']],
      [1, ['expired']],
    ])('emits the status at %i ms from it', (offsetMs, expected) => {
      expect(observeAt(state, shift(renewalDate, offsetMs))).toEqual(expected);
    });

    it('emits each status once', () => {
      const days = Array.from({ length: 80 }, (_, day) => shift(renewalDate, (day - 40) * dayMs));
      expect(watch(state, days).reported).toEqual([
        [renewalDate.getTime() - 30 * dayMs, 'renewal-window'],
        [renewalDate.getTime(), 'expired'],
      ]);
    });
  });

  describe.each(oddInstants)('with a 7-day token that expires when %s', (_name, expiresAt) => {
    const token = buildToken({ issuedAt: shift(expiresAt, -7 * dayMs) });
    const state = freezeDeeply(buildLicensedState(buildGrant({ terms: { renewalDate: null }, token })));

    it.each([
      [-42 * hourMs - 1, []],
      [-42 * hourMs, ['token:151200']],
      [-42 * hourMs + 1, ['token:151200']],
      [-21 * hourMs, ['token:151200', 'token:75600']],
      [-6 * hourMs, ['token:151200', 'token:75600', 'token:21600']],
      [0, ['token:151200', 'token:75600', 'token:21600']],
      [1, ['token:151200', 'token:75600', 'token:21600', 'token:0', 'token-expired']],
    ])('emits the events due at %i ms from it after a long sleep', (offsetMs, expected) => {
      expect(observeAt(state, shift(expiresAt, offsetMs))).toEqual(expected);
    });

    it('emits each threshold once, at the first check after it', () => {
      const quarters = Array.from({ length: 4 * 24 * 8 }, (_, index) =>
        shift(token.issuedAt, index * 15 * minuteMs),
      );
      expect(watch(state, quarters).reported).toEqual([
        [expiresAt.getTime() - 42 * hourMs, 'token:151200'],
        [expiresAt.getTime() - 21 * hourMs, 'token:75600'],
        [expiresAt.getTime() - 6 * hourMs, 'token:21600'],
        [expiresAt.getTime() + 15 * minuteMs, 'token:0'],
        [expiresAt.getTime() + 15 * minuteMs, 'token-expired'],
      ]);
    });
  });

  it('keeps the license and its status when its token expires', () => {
    const before = buildLicensedState();
    const { state } = applyTime(before, policy, shift(startAt, 8 * dayMs));
    expect(state.license).toBe(before.license);
    expect(state).toMatchObject({ reportedStatus: 'licensed', reason: 'token-expired' });
  });

  it('emits the renewal date before the token expiry if both passed while the server slept', () => {
    const grant = buildGrant({ terms: { renewalDate: shift(startAt, 31 * dayMs) } });
    expect(observeAt(buildLicensedState(grant), shift(startAt, 60 * dayMs))).toEqual([
      'expired',
      'token:151200',
      'token:75600',
      'token:21600',
      'token:0',
      'token-expired',
    ]);
  });

  it('emits nothing again at the same time', () => {
    const now = shift(startAt, 60 * dayMs);
    const first = applyTime(buildLicensedState(), policy, now);
    const second = applyTime(first.state, policy, now);
    expect(second.state).toBe(first.state);
    expect(second.events).toEqual([]);
  });

  it('emits no threshold again after the clock was set back', () => {
    const { state } = watch(buildLicensedState(), [shift(startAt, 6 * dayMs)]);
    expect(watch(state, [shift(startAt, dayMs), shift(startAt, 6 * dayMs)]).reported).toEqual([]);
  });

  it('withdraws "requires renewal" if the clock is set back or the window is made smaller', () => {
    const state = buildLicensedState(buildGrant({ terms: { renewalDate: shift(startAt, 20 * dayMs) } }));
    const narrower = applyTime(state, { ...policy, renewalWindowMs: 10 * dayMs }, startAt);
    expect(narrower.state).toMatchObject({ reportedStatus: 'licensed', reason: 'renewal-window' });
    expect(observeAt(state, shift(startAt, -11 * dayMs))).toEqual(['renewal-window']);
  });
});

describe('a license with a dead grant', () => {
  const waiting = failRefresh(
    beginRefresh(buildLicensedState(), startAt, 0),
    grantDead,
    policy,
    startAt,
    0,
  ).state;

  it.each([
    [-1, ['token:151200', 'token:75600', 'token:21600']],
    [0, ['token:151200', 'token:75600', 'token:21600']],
    [1, ['token:151200', 'token:75600', 'token:21600', 'token:0', 'revoked']],
  ])('ends with its token: %i ms after its expiry', (offsetMs, expected) => {
    expect(observeAt(waiting, shift(startAt, 7 * dayMs + offsetMs))).toEqual(expected);
  });

  it('outlives a clock that jumps ahead and is corrected', () => {
    const ahead = applyTime(waiting, policy, shift(startAt, 400 * dayMs), startAt);
    expect(ahead.state).toMatchObject({ license: waiting.license, reauthorizationRequired: true });
    const corrected = applyTime(ahead.state, policy, startAt);
    expect(corrected.state).toMatchObject({ license: waiting.license, reportedStatus: 'licensed' });
  });

  it('does not end when it is refused again while the clock is ahead', () => {
    const ahead = shift(startAt, 400 * dayMs);
    const begun = beginRefresh(waiting, ahead, 0);
    expect(failRefresh(begun, grantDead, policy, ahead, 0, startAt).state.license).toBe(waiting.license);
  });

  it('leaves an unlicensed server that keeps its identity', () => {
    const { state, events } = applyTime(waiting, policy, shift(startAt, 8 * dayMs));
    expect(state).toMatchObject({
      license: null,
      identity: waiting.identity,
      reportedStatus: 'unlicensed',
      reason: 'revoked',
      reauthorizationRequired: false,
    });
    expect(events.at(-1)?.data).toMatchObject({ previousStatus: 'licensed', status: 'unlicensed' });
  });
});

describe('applyRenewalDate', () => {
  it('does not change the token', () => {
    const change = applyRenewalDate(unchanged(buildLicensedState()), policy, shift(startAt, 8 * dayMs));
    expect(change).toEqual(unchanged(buildLicensedState()));
  });
});

describe('an outage of 30 days', () => {
  // Each tick lasts a minute and depends on the state alone, so a reboot at any point gives the same result.
  it.each([
    ['7 d', 7 * dayMs, new Date('2026-10-01T08:00:00Z')],
    ['1 d', dayMs, new Date('2028-02-15T08:00:00Z')],
    ['60 s', minuteMs, new Date('2027-03-01T08:00:00Z')],
  ])(
    'warns once per threshold for a token of %s, keeps the license and recovers without help',
    (_name, lifeMs, begin) => {
      const token = buildToken({ issuedAt: begin, lifeMs });
      let state = buildLicensedState(buildGrant({ terms: { renewalDate: null }, token }));
      const tickMs = lifeMs > hourMs ? minuteMs : secondMs;
      const ticks = lifeMs > hourMs ? (30 * dayMs) / tickMs : 3600;
      const reported: string[] = [];
      for (let tick = 0; tick < ticks; tick++) {
        const now = shift(begin, tick * tickMs);
        if (state.refresh.nextAttemptAt !== null && state.refresh.nextAttemptAt <= now) {
          state = failRefresh(state, unreachable, policy, now, 0.5).state;
        }
        const change = applyTime(state, policy, now);
        reported.push(...change.events.map(nameEvent));
        state = change.state;
      }
      const thresholds = {
        [7 * dayMs]: [151_200, 75_600, 21_600],
        [dayMs]: [21_600, 10_800, 4320],
        [minuteMs]: [15, 7, 3],
      };
      expect(reported).toEqual(
        [...(thresholds[lifeMs] ?? []), 0].map((seconds) => `token:${seconds}`).concat('token-expired'),
      );
      expect(state).toMatchObject({ reportedStatus: 'licensed', connection: { online: false } });
      expect(state.license?.token).toBe(token);
      expect(state.refresh.nextAttemptAt).not.toBeNull();

      const now = state.refresh.nextAttemptAt ?? begin;
      const grant = buildGrant({
        terms: { renewalDate: null },
        token: buildToken({ issuedAt: now, lifeMs }),
      });
      const recovered = acceptRefreshedGrant(state, grant, policy, now);
      expect(recovered.events.map(nameEvent)).toEqual(['refreshed']);
      expect(recovered.state.connection).toMatchObject({ online: true, offlineSince: null, lastError: null });
    },
  );
});

describe('a healthy server', () => {
  it.each([
    ['7 d', 7 * dayMs],
    ['1 d', dayMs],
    ['60 s', minuteMs],
  ])('emits only refreshes over 1,000 lifetimes of a token of %s', (_name, lifeMs) => {
    let state = buildLicensedState(
      buildGrant({ terms: { renewalDate: null }, token: buildToken({ lifeMs }) }),
    );
    for (let life = 0; life < 1000; life++) {
      const { receivedAt } = state.license?.token ?? buildToken();
      const refreshAt = state.refresh.nextAttemptAt ?? receivedAt;
      for (const part of [0, 0.5, 0.99, 1]) {
        const now = shift(receivedAt, Math.floor(part * (refreshAt.getTime() - receivedAt.getTime())));
        expect(applyTime(state, policy, now).state).toBe(state);
      }
      const token = buildToken({ issuedAt: refreshAt, lifeMs });
      const grant = buildGrant({ terms: { renewalDate: null }, token });
      const change = acceptRefreshedGrant(state, grant, policy, refreshAt);
      expect(change.events.map(nameEvent)).toEqual(['refreshed']);
      expect(token.receivedAt.getTime()).toBeGreaterThan(receivedAt.getTime());
      state = change.state;
    }
  });
});
