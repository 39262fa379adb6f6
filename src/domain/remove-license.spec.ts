import { describe, expect, it } from 'vitest';
import {
  buildGrant,
  buildLicensedState,
  dayMs,
  defaultPolicy,
  freezeDeeply,
  shift,
  startAt,
} from '../../test/support/license-fixture.js';
import { initialLicenseState, type LicenseState } from './license-state.js';
import { dropLicense } from './remove-license.js';

const policy = defaultPolicy;
const later = shift(startAt, dayMs);

describe('dropLicense', () => {
  it.each([
    ['licensed', 365 * dayMs],
    ['requires-renewal', 29 * dayMs],
    ['expired', 0],
  ] as const)('removes a license that is %s and emits an event', (status, renewalInMs) => {
    const grant = buildGrant({ terms: { renewalDate: shift(startAt, renewalInMs) } });
    const before = freezeDeeply(buildLicensedState(grant));
    const { state, events } = dropLicense(before, policy, later);
    expect(before.reportedStatus).toBe(status);
    expect(state).toMatchObject({ license: null, reportedStatus: 'unlicensed', reason: 'removed' });
    expect(events.map((event) => event.data)).toEqual([
      expect.objectContaining({ previousStatus: status, status: 'unlicensed', reason: 'removed' }),
    ]);
  });

  it('keeps the identity, so that peers are still known and events have a source', () => {
    const before = buildLicensedState();
    const { state, events } = dropLicense(before, policy, later);
    expect(state.identity).toBe(before.identity);
    expect(events[0]?.serverId).toBe('srv-store-12');
  });

  it('leaves no refresh scheduled', () => {
    const waiting: LicenseState = {
      ...buildLicensedState(),
      refresh: { nextAttemptAt: later, failures: 4, intentAt: startAt },
      reauthorizationRequired: true,
    };
    expect(dropLicense(waiting, policy, later).state).toMatchObject({
      refresh: { nextAttemptAt: null, failures: 0, intentAt: null },
      reauthorizationRequired: false,
    });
  });

  it('changes nothing without a license, even when repeated', () => {
    const { state: dropped } = dropLicense(buildLicensedState(), policy, later);
    for (const state of [initialLicenseState, dropped]) {
      const change = dropLicense(state, policy, later);
      expect(change.state).toEqual(state);
      expect(change.events).toEqual([]);
    }
  });
});
