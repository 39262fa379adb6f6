import { describe, expect, it } from 'vitest';
import { unchanged } from './license-event.js';
import { initialLicenseState, type LicenseState } from './license-state.js';
import { markLifeMs, applyClockTrust } from './apply-clock-trust.js';

const now = new Date('2026-11-24T12:00:00Z');
const policy = {
  renewalWindowMs: 0,
  tokenWarningsSeconds: [60],
  refreshIntervalMs: 60_000,
  serviceVersion: '1.2.3',
};
const licensed: LicenseState = {
  ...initialLicenseState,
  identity: { serverId: 'srv-1', serverName: 'Store 1', organization: { id: 'fc-1', name: 'One' } },
  license: {
    terms: { features: ['xms'], renewalDate: null, hub: null },
    token: { issuedAt: now, expiresAt: new Date(now.getTime() + 60_000), receivedAt: now },
  },
  reportedStatus: 'licensed',
  reason: 'acquired',
  trustedAt: now,
};

describe('applyClockTrust', () => {
  it('changes nothing while the clock is trusted', () => {
    const { state } = applyClockTrust(unchanged(licensed), { isSuspect: false, trustedAt: now }, policy, now);
    expect(state).toBe(licensed);
  });

  it('emits one event when the clock becomes suspect and one when it is trusted again', () => {
    const suspect = { isSuspect: true, trustedAt: now };
    const first = applyClockTrust(unchanged(licensed), suspect, policy, now);
    expect(first.events).toMatchObject([
      { type: 'license.status', data: { reason: 'clock-suspect', clockSuspect: true, status: 'licensed' } },
    ]);
    expect(applyClockTrust(unchanged(first.state), suspect, policy, now).events).toEqual([]);
    const healed = applyClockTrust(unchanged(first.state), { ...suspect, isSuspect: false }, policy, now);
    expect(healed.events).toMatchObject([{ data: { reason: 'clock-suspect', clockSuspect: false } }]);
  });

  it('emits nothing without a license but stores the suspicion', () => {
    const { state, events } = applyClockTrust(
      unchanged(initialLicenseState),
      { isSuspect: true, trustedAt: null },
      policy,
      now,
    );
    expect({ suspect: state.clockSuspect, events }).toEqual({ suspect: true, events: [] });
  });

  it('keeps the stored mark without a newly confirmed time and sets a missing one', () => {
    const silent = { isSuspect: false, trustedAt: null };
    expect(applyClockTrust(unchanged(licensed), silent, policy, now).state).toBe(licensed);
    const first = { isSuspect: false, trustedAt: now };
    const { state } = applyClockTrust(unchanged(initialLicenseState), first, policy, now);
    expect(state.trustedAt).toEqual(now);
  });

  it.each([
    [markLifeMs - 1, false],
    [markLifeMs, true],
  ])('advances the stored mark when it is %i ms old: %s', (ageMs, isMoved) => {
    const trustedAt = new Date(now.getTime() + ageMs);
    const { state, events } = applyClockTrust(
      unchanged(licensed),
      { isSuspect: false, trustedAt },
      policy,
      now,
    );
    expect(state.trustedAt).toEqual(isMoved ? trustedAt : now);
    expect(events).toEqual([]);
  });
});
