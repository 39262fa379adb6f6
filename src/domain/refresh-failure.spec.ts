import fc from 'fast-check';
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
  secondMs,
  shift,
  startAt,
} from '../../test/support/license-fixture.js';
import { acceptRefreshedGrant } from './accept-grant.js';
import type { LicenseState } from './license-state.js';
import { beginRefresh, failRefresh } from './refresh-failure.js';

const policy = defaultPolicy;
const triedAt = shift(startAt, dayMs);
const expiresAt = shift(startAt, 7 * dayMs);
const licensed = freezeDeeply(buildLicensedState());

const notReached = {
  kind: 'unreachable',
  isConclusive: true,
  code: 'ECONNREFUSED',
  message: 'refused',
} as const;
const noAnswer = {
  kind: 'unreachable',
  isConclusive: false,
  code: 'ETIMEDOUT',
  message: 'no answer',
} as const;
const refused = { kind: 'refused', code: 'access_denied', message: 'license inactive' } as const;
const revoked = { kind: 'revoked', code: 'invalid_grant', message: 'revoked' } as const;
const grantDead = { kind: 'grant-dead', code: 'invalid_grant', message: 'revoked' } as const;

/** A server whose last attempt got no answer. */
const inDoubt = freezeDeeply(failRefresh(licensed, noAnswer, policy, startAt, 0).state);

describe('beginRefresh', () => {
  it('records when the refresh token is sent and changes only the refresh progress', () => {
    const begun = beginRefresh(licensed, triedAt, 0.5);
    expect(begun).toEqual({ ...licensed, refresh: begun.refresh });
    expect(begun.refresh.intentAt).toEqual(triedAt);
  });

  it('keeps an existing mark: the outcome of that attempt is still unknown', () => {
    expect(beginRefresh(inDoubt, triedAt, 0.5).refresh.intentAt).toEqual(startAt);
  });

  it('counts the attempt as failed, so that a crash loop waits for the backoff', () => {
    let state: LicenseState = licensed;
    const delays = Array.from({ length: 11 }, () => {
      state = beginRefresh(state, triedAt, 1 - 2 ** -32);
      return Math.ceil(((state.refresh.nextAttemptAt?.getTime() ?? 0) - triedAt.getTime()) / secondMs);
    });
    expect(delays).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    expect(state.refresh.failures).toBe(11);
  });
});

describe('a token with an unknown lifetime', () => {
  it('is retried with backoff, not every second', () => {
    const { license } = licensed;
    if (license === null) throw new Error('The fixture has a license');
    const token = { ...license.token, expiresAt: license.token.issuedAt };
    let state: LicenseState = { ...licensed, license: { ...license, token } };
    for (let failures = 1; failures <= 11; failures++) {
      state = failRefresh(state, noAnswer, policy, triedAt, 0.999).state;
    }
    expect(state.refresh.nextAttemptAt?.getTime()).toBeGreaterThan(shift(triedAt, 14 * minuteMs).getTime());
    expect(state.refresh.nextAttemptAt?.getTime()).toBeLessThan(shift(triedAt, 16 * minuteMs).getTime());
  });
});

describe.each([
  ['the server was not reached', notReached],
  ['there is no answer', noAnswer],
] as const)('failRefresh when %s', (_name, failure) => {
  it('emits nothing and keeps the license and its token', () => {
    const { state, events } = failRefresh(licensed, failure, policy, triedAt, 0.5);
    expect(events).toEqual([]);
    expect(state.license).toBe(licensed.license);
    expect(state).toMatchObject({
      reportedStatus: 'licensed',
      reason: 'acquired',
      sequence: licensed.sequence,
    });
  });

  it('records the start and the reason of the outage', () => {
    const { connection } = failRefresh(licensed, failure, policy, triedAt, 0.5).state;
    expect(connection).toEqual({
      online: false,
      offlineSince: triedAt,
      lastContactAt: startAt,
      lastError: { code: failure.code, message: failure.message, at: triedAt },
    });
  });

  it('keeps the start of an outage through later attempts', () => {
    const first = failRefresh(licensed, failure, policy, triedAt, 0.5).state;
    const second = failRefresh(first, failure, policy, shift(triedAt, hourMs), 0.5).state;
    expect(second.connection.offlineSince).toEqual(triedAt);
    expect(second.connection.lastError?.at).toEqual(shift(triedAt, hourMs));
  });

  it('retries after a delay that grows with each consecutive failure', () => {
    let state: LicenseState = licensed;
    const delays = Array.from({ length: 12 }, () => {
      state = failRefresh(state, failure, policy, triedAt, 1 - 2 ** -32).state;
      return Math.ceil(delayOf(state) / secondMs);
    });
    expect(delays).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    expect(state.refresh.failures).toBe(12);
  });

  it('keeps retrying and keeps the license, however long the outage lasts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 }),
        (luck) => {
          let state: LicenseState = licensed;
          let now = shift(expiresAt, -hourMs);
          for (const random of luck) {
            state = failRefresh(state, failure, policy, now, random).state;
            expect(state.refresh.nextAttemptAt?.getTime()).toBeGreaterThanOrEqual(now.getTime() + secondMs);
            expect(state.refresh.nextAttemptAt?.getTime()).toBeLessThanOrEqual(now.getTime() + 15 * minuteMs);
            now = state.refresh.nextAttemptAt ?? now;
          }
          expect(state.license).toBe(licensed.license);
        },
      ),
    );
  });

  it('scales its delays with the token lifetime', () => {
    const shortLived = buildLicensedState(buildGrant({ token: buildToken({ lifeMs: minuteMs }) }));
    const tired: LicenseState = { ...shortLived, refresh: { ...shortLived.refresh, failures: 20 } };
    expect(delayOf(failRefresh(tired, failure, policy, triedAt, 1 - 2 ** -32).state)).toBe(3 * secondMs - 1);
  });

  it.each([
    [20 * minuteMs, 20 * minuteMs],
    [dayMs + 1, dayMs],
  ])(
    'waits for a Retry-After of %i ms, at most the refresh interval, before its own delay',
    (retryAfterMs, expectedMs) => {
      const own = delayOf(failRefresh(licensed, failure, policy, triedAt, 0.5).state);
      const { state } = failRefresh(licensed, { ...failure, retryAfterMs }, policy, triedAt, 0.5);
      expect(delayOf(state)).toBe(expectedMs + own);
    },
  );
});

describe('the mark of an attempt', () => {
  it.each([
    ['is cleared if the request had no effect', licensed, notReached, null],
    ['remains from an earlier attempt if this one had no effect', inDoubt, notReached, startAt],
    ['remains if there is no answer', licensed, noAnswer, triedAt],
    ['keeps the time of the first unanswered attempt', inDoubt, noAnswer, startAt],
    ['is cleared if the server refused', licensed, refused, null],
  ])('%s', (_name, before, failure, expected) => {
    expect(failRefresh(before, failure, policy, triedAt, 0.5).state.refresh.intentAt).toEqual(expected);
  });
});

describe('failRefresh when the server refuses the license', () => {
  it('keeps the license and emits nothing', () => {
    const { state, events } = failRefresh(licensed, refused, policy, triedAt, 0.5);
    expect(events).toEqual([]);
    expect(state.license).toBe(licensed.license);
    expect(state.reportedStatus).toBe('licensed');
    expect(state.reauthorizationRequired).toBe(false);
  });

  it("records the contact and the server's error", () => {
    const offline = failRefresh(licensed, notReached, policy, startAt, 0.5).state;
    expect(failRefresh(offline, refused, policy, triedAt, 0.5).state.connection).toEqual({
      online: true,
      offlineSince: null,
      lastContactAt: triedAt,
      lastError: { code: 'access_denied', message: 'license inactive', at: triedAt },
    });
  });

  it('retries slowly, independent of the number of refusals', () => {
    const first = failRefresh(licensed, refused, policy, triedAt, 0);
    const second = failRefresh(first.state, refused, policy, triedAt, 0);
    expect([first, second].map(({ state }) => delayOf(state))).toEqual([45 * minuteMs, 45 * minuteMs]);
    expect(second.state.refresh.failures).toBe(2);
  });
});

describe('failRefresh when the server says that the license token is revoked', () => {
  it.each([
    ['licensed', 365 * dayMs],
    ['requires-renewal', 20 * dayMs],
    ['expired', 0],
  ] as const)('removes a license that is %s and emits an event', (status, renewalInMs) => {
    const before = buildLicensedState(buildGrant({ terms: { renewalDate: shift(startAt, renewalInMs) } }));
    const { state, events } = failRefresh(before, revoked, policy, triedAt, 0.5);
    expect(state).toMatchObject({
      identity: before.identity,
      license: null,
      reportedStatus: 'unlicensed',
      reauthorizationRequired: false,
      refresh: { nextAttemptAt: null, failures: 0, intentAt: null },
    });
    expect(events.map((event) => event.data)).toEqual([
      expect.objectContaining({ previousStatus: status, status: 'unlicensed', reason: 'revoked' }),
    ]);
  });

  it('reports the error and the contact in the event', () => {
    const [event] = failRefresh(licensed, revoked, policy, triedAt, 0.5).events;
    expect(event?.data).toMatchObject({
      connection: { online: true, lastContactAt: triedAt, lastError: { code: 'invalid_grant' } },
    });
  });

  it('ends the attempts with a refresh token whose license token has expired', () => {
    const ended = failRefresh(licensed, grantDead, policy, shift(expiresAt, 1), 0.5).state;
    const { state, events } = failRefresh(ended, revoked, policy, shift(expiresAt, hourMs), 0.5);
    expect(events).toEqual([]);
    expect(state.refresh.nextAttemptAt).toBeNull();
  });
});

describe('failRefresh when the grant is dead', () => {
  it.each([
    ['no earlier attempt is open', licensed],
    ['an earlier attempt got no answer', inDoubt],
  ])('keeps the license and asks for another authorization if %s', (_name, before) => {
    const { state, events } = failRefresh(before, grantDead, policy, triedAt, 0.5);
    expect(state.license).toBe(before.license);
    expect(state).toMatchObject({ reportedStatus: 'licensed', reauthorizationRequired: true });
    expect(events.map(nameEvent)).toEqual(['reauthorization-required']);
    expect(events[0]?.data).toMatchObject({
      reauthorizationRequired: true,
      token: { nextRefreshAt: state.refresh.nextAttemptAt },
    });
  });

  it('tries the refresh token about once an hour', () => {
    const delays = [0, 1 - 2 ** -32].map((random) =>
      delayOf(failRefresh(licensed, grantDead, policy, triedAt, random).state),
    );
    expect(delays).toEqual([45 * minuteMs, hourMs - 1]);
  });

  it.each([
    [-1, 'reauthorization-required'],
    [0, 'reauthorization-required'],
    [1, 'revoked'],
  ])('decides by whether the token is still valid: %i ms from its expiry', (offsetMs, expected) => {
    const { events } = failRefresh(licensed, grantDead, policy, shift(expiresAt, offsetMs), 0.5);
    expect(events.map(nameEvent)).toEqual([expected]);
  });

  it('emits the effects of time first', () => {
    const grant = buildGrant({ terms: { renewalDate: shift(startAt, 30 * dayMs + hourMs) } });
    const before = beginRefresh(buildLicensedState(grant), startAt, 0);
    const { events } = failRefresh(before, grantDead, policy, triedAt, 0.5);
    expect(events.map(nameEvent)).toEqual(['renewal-window', 'reauthorization-required']);
  });

  it('emits one event, however often it repeats, and keeps trying', () => {
    const waiting = failRefresh(licensed, grantDead, policy, triedAt, 0.5).state;
    const again = failRefresh(waiting, grantDead, policy, shift(triedAt, hourMs), 0.5);
    expect(again.events).toEqual([]);
    expect(again.state.license).toBe(waiting.license);
    expect(again.state.reauthorizationRequired).toBe(true);
    expect(delayOf(again.state)).toBeGreaterThanOrEqual(45 * minuteMs);
  });

  it.each([
    ['refused', refused],
    ['unreachable', notReached],
    ['dead', grantDead],
  ])('keeps trying after its token has expired, without an event (%s)', (_name, failure) => {
    const ended = failRefresh(licensed, grantDead, policy, shift(expiresAt, 1), 0.5).state;
    expect(ended).toMatchObject({ license: null, reauthorizationRequired: false });
    const { state, events } = failRefresh(ended, failure, policy, shift(expiresAt, hourMs), 0.5);
    expect(events).toEqual([]);
    expect(delayOf(state)).toBeGreaterThan(0);
  });

  it('is undone by a later answer with a token', () => {
    const waiting = failRefresh(licensed, grantDead, policy, triedAt, 0.5).state;
    const grant = buildGrant({ token: buildToken({ issuedAt: triedAt }) });
    const { state } = acceptRefreshedGrant(waiting, grant, policy, triedAt);
    expect(state.reauthorizationRequired).toBe(false);
    expect(state.refresh.nextAttemptAt).not.toBeNull();
  });

  it('is undone by an answer that arrives after its token has expired', () => {
    const endedAt = shift(expiresAt, 1);
    const ended = failRefresh(licensed, grantDead, policy, endedAt, 0.5).state;
    const grant = buildGrant({ token: buildToken({ issuedAt: endedAt }) });
    const { state, events } = acceptRefreshedGrant(ended, grant, policy, endedAt);
    expect(state.reportedStatus).toBe('licensed');
    expect(events.map(nameEvent)).toEqual(['refreshed']);
  });
});

function delayOf(state: LicenseState): number {
  return (
    (state.refresh.nextAttemptAt?.getTime() ?? Number.NaN) - (state.connection.lastError?.at.getTime() ?? 0)
  );
}
