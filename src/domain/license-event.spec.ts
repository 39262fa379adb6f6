import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildGrant,
  buildLicensedState,
  dayMs,
  defaultPolicy,
  hourMs,
  shift,
  startAt,
} from '../../test/support/license-fixture.js';
import { emitStatus, emitTokenExpiring, unchanged } from './license-event.js';
import { initialLicenseState, type LicenseState, withoutLicense } from './license-state.js';
import { licenseViewAt } from './license-view.js';

const policy = defaultPolicy;
const later = shift(startAt, hourMs);
/** When the license token of the fixture ends. */
const expiresAt = shift(startAt, 7 * dayMs);

describe('unchanged', () => {
  it('returns the same state without events', () => {
    const state = buildLicensedState();
    expect(unchanged(state).state).toBe(state);
    expect(unchanged(state).events).toEqual([]);
  });
});

describe('emitStatus', () => {
  it('emits the view after the change and the previous status', () => {
    const { state, events } = emitStatus(unchanged(buildLicensedState()), 'refreshed', policy, later);
    expect(events).toEqual([
      {
        type: 'license.status',
        serverId: 'srv-store-12',
        time: later,
        sequence: later.getTime(),
        data: { previousStatus: 'licensed', previousServerId: null, ...licenseViewAt(state, policy, later) },
      },
    ]);
    expect(events[0]?.data).toMatchObject({ status: 'licensed', reason: 'refreshed' });
  });

  it('stores the reported status', () => {
    const { state } = emitStatus(unchanged(withoutLicense(buildLicensedState())), 'removed', policy, later);
    expect(state).toMatchObject({
      reportedStatus: 'unlicensed',
      reason: 'removed',
      sequence: later.getTime(),
    });
  });

  it('appends its event to the existing ones', () => {
    const first = emitTokenExpiring(unchanged(buildLicensedState()), expiresAt, 60, later);
    const second = emitStatus(first, 'token-expired', policy, later);
    expect(second.events.map((event) => event.type)).toEqual(['token.expiring', 'license.status']);
    expect(second.events[0]).toBe(first.events[0]);
  });

  it('rejects a status that cannot follow the last reported one', () => {
    const change = unchanged(withoutLicense(buildLicensedState()));
    expect(() => emitStatus(change, 'refreshed', policy, later)).toThrow(
      expect.objectContaining({ code: 'invalid-transition' }),
    );
  });

  it('throws for a server that was never licensed', () => {
    const nameless: LicenseState = { ...buildLicensedState(), identity: null };
    expect(() => emitStatus(unchanged(nameless), 'refreshed', policy, later)).toThrow(/never licensed/);
    expect(() => emitStatus(unchanged(initialLicenseState), 'removed', policy, later)).toThrow();
  });
});

describe('emitTokenExpiring', () => {
  const lastError = { code: 'ECONNREFUSED', message: 'connection refused', at: startAt };
  const offline: LicenseState = {
    ...buildLicensedState(),
    connection: { online: false, offlineSince: startAt, lastContactAt: null, lastError },
  };

  it('reports the remaining lifetime and the last refresh error', () => {
    const now = shift(expiresAt, -6 * hourMs);
    expect(emitTokenExpiring(unchanged(offline), expiresAt, 21_600, now).events).toEqual([
      {
        type: 'token.expiring',
        serverId: 'srv-store-12',
        time: now,
        sequence: now.getTime(),
        data: {
          serverId: 'srv-store-12',
          expiresAt,
          secondsRemaining: 21_600,
          thresholdSeconds: 21_600,
          lastRefreshError: lastError,
          offlineSince: startAt,
        },
      },
    ]);
  });

  it.each([
    [-1001, 1],
    [-1000, 1],
    [-999, 0],
    [-1, 0],
    [0, 0],
    [1, 0],
    [dayMs, 0],
  ])('counts whole remaining seconds: %i ms from the expiry', (offsetMs, expected) => {
    const [event] = emitTokenExpiring(unchanged(offline), expiresAt, 0, shift(expiresAt, offsetMs)).events;
    expect(event?.data).toMatchObject({ secondsRemaining: expected });
  });

  it('stores the threshold and keeps the reported status', () => {
    const { state } = emitTokenExpiring(unchanged(offline), expiresAt, 21_600, later);
    expect(state).toEqual({ ...offline, announcedThresholdSeconds: 21_600, sequence: later.getTime() });
  });
});

describe('the event sequence', () => {
  it.each([
    ['the clock is ahead of the last event', later.getTime() - 1, later.getTime()],
    ['the clock is at the last event', later.getTime(), later.getTime() + 1],
    ['the clock is behind the last event', later.getTime() + dayMs, later.getTime() + dayMs + 1],
  ])('continues where %s', (_name, last, expected) => {
    const state: LicenseState = { ...buildLicensedState(), sequence: last };
    expect(emitStatus(unchanged(state), 'refreshed', policy, later).state.sequence).toBe(expected);
    expect(emitTokenExpiring(unchanged(state), expiresAt, 60, later).state.sequence).toBe(expected);
  });

  it('strictly increases across both event types, whatever the clock does', () => {
    const anyTime = fc.date({ noInvalidDate: true });
    const endless = buildGrant({ terms: { renewalDate: null } });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), anyTime)), (steps) => {
        let change = unchanged({ ...buildLicensedState(endless), sequence: 0 });
        for (const [isStatus, now] of steps) {
          change = isStatus
            ? emitStatus(change, 'refreshed', policy, now)
            : emitTokenExpiring(change, expiresAt, 60, now);
        }
        const reported = change.events.map((event) => event.sequence);
        reported.forEach((sequence, index) => expect(sequence).toBeGreaterThan(reported[index - 1] ?? 0));
        expect(reported.every(Number.isSafeInteger)).toBe(true);
        expect(change.state.sequence).toBe(reported.at(-1) ?? 0);
      }),
    );
  });
});

describe('the number of an event while the clock is suspect', () => {
  const future = shift(startAt, 3650 * dayMs);
  const trustedAt = shift(startAt, dayMs);
  const suspect = { ...buildLicensedState(), clockSuspect: true, trustedAt, sequence: startAt.getTime() };

  it('comes from the last trusted time', () => {
    expect(emitStatus(unchanged(suspect), 'clock-suspect', policy, startAt).state.sequence).toBe(
      trustedAt.getTime(),
    );
    expect(emitTokenExpiring(unchanged(suspect), expiresAt, 60, future).state.sequence).toBe(
      trustedAt.getTime(),
    );
  });

  it('still grows with each event', () => {
    const first = emitTokenExpiring(unchanged(suspect), expiresAt, 60, future);
    expect(emitTokenExpiring(first, expiresAt, 0, future).state.sequence).toBe(trustedAt.getTime() + 1);
  });
});
