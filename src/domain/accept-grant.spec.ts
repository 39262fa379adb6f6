import { describe, expect, it } from 'vitest';
import {
  buildGrant,
  buildLicensedState,
  buildToken,
  dayMs,
  defaultPolicy,
  freezeDeeply,
  hourMs,
  nameEvent,
  shift,
  startAt,
  storeTerms,
} from '../../test/support/license-fixture.js';
import { acceptAcquiredGrant, acceptRefreshedGrant } from './accept-grant.js';
import type { LicenseEvent } from './license-event.js';
import { initialLicenseState, type LicenseState } from './license-state.js';
import { firstRefreshAt, stableOffset } from './refresh-schedule.js';
import { dropLicense } from './remove-license.js';

const policy = defaultPolicy;
const refreshedAt = shift(startAt, dayMs);
const freshToken = buildToken({ issuedAt: refreshedAt });

/** A server that is offline and has warned; its last attempt got no answer and its grant is in doubt. */
const troubled: LicenseState = freezeDeeply({
  ...buildLicensedState(),
  announcedThresholdSeconds: 0,
  connection: {
    online: false,
    offlineSince: startAt,
    lastContactAt: startAt,
    lastError: { code: 'ETIMEDOUT', message: 'no answer', at: startAt },
  },
  refresh: { nextAttemptAt: null, failures: 12, intentAt: startAt },
  reauthorizationRequired: true,
});

/** The state that every grant restores, by acquisition or refresh. */
const healthy = {
  announcedThresholdSeconds: null,
  connection: { online: true, offlineSince: null, lastContactAt: refreshedAt, lastError: null },
  refresh: {
    nextAttemptAt: firstRefreshAt(freshToken, policy.refreshIntervalMs, stableOffset('srv-store-12')),
    failures: 0,
    intentAt: null,
  },
  reauthorizationRequired: false,
};

/** The next refresh after failures, spread so that the fleet does not return in one wave. */
const healthyAgain = {
  ...healthy,
  refresh: {
    ...healthy.refresh,
    nextAttemptAt: firstRefreshAt(freshToken, policy.refreshIntervalMs, stableOffset('srv-store-12'), true),
  },
};

describe('acceptAcquiredGrant', () => {
  it.each([
    ['licensed', 30 * dayMs + 1],
    ['requires-renewal', 30 * dayMs],
    ['requires-renewal', 1],
    ['expired', 0],
  ] as const)('makes an unlicensed server %s where the renewal date is %i ms away', (status, renewalInMs) => {
    const grant = buildGrant({ terms: { renewalDate: shift(startAt, renewalInMs) } });
    const { state, events } = acceptAcquiredGrant(initialLicenseState, grant, policy, startAt);
    const { identity, license } = grant;
    expect(state).toMatchObject({ identity, license, reportedStatus: status, reason: 'acquired' });
    expect(describeEvents(events)).toEqual([`unlicensed → ${status} by acquired`]);
  });

  it('clears all earlier failures', () => {
    const grant = buildGrant({ token: freshToken });
    expect(acceptAcquiredGrant(troubled, grant, policy, refreshedAt).state).toMatchObject(healthyAgain);
  });

  it('replaces an existing license in one step, whatever its status', () => {
    const ended = buildLicensedState(buildGrant({ terms: { renewalDate: refreshedAt } }));
    const { state, events } = acceptAcquiredGrant(
      ended,
      buildGrant({ token: freshToken }),
      policy,
      refreshedAt,
    );
    expect(describeEvents(events)).toEqual(['requires-renewal → licensed by acquired']);
    expect(state.previousServer).toBeNull();
    expect(events[0]?.data).toMatchObject({ previousServerId: null });
  });

  it('reports a change of the server, and remembers which server it was, even after a removal', () => {
    const grant = buildGrant({ identity: { serverId: 'srv-store-13' }, token: freshToken });
    const licensed = buildLicensedState();
    for (const before of [licensed, dropLicense(licensed, policy, refreshedAt).state]) {
      const { state, events } = acceptAcquiredGrant(before, grant, policy, refreshedAt);
      expect(state).toMatchObject({
        identity: { serverId: 'srv-store-13' },
        previousServer: { serverId: 'srv-store-12', serverName: before.identity?.serverName },
      });
      const data = { reason: 'server-changed', previousServerId: 'srv-store-12' };
      expect(events.at(-1)).toMatchObject({ serverId: 'srv-store-13', data });
    }
  });

  it('continues the sequence after a license was removed', () => {
    const ahead: LicenseState = { ...buildLicensedState(), sequence: refreshedAt.getTime() + hourMs };
    const { state: removed } = dropLicense(ahead, policy, refreshedAt);
    const { state } = acceptAcquiredGrant(removed, buildGrant({ token: freshToken }), policy, refreshedAt);
    expect(state.sequence).toBe(refreshedAt.getTime() + hourMs + 2);
  });
});

describe('acceptRefreshedGrant', () => {
  it('schedules the next refresh by the time of the answer if the clock of this machine is behind', () => {
    const token = { ...freshToken, receivedAt: shift(refreshedAt, -3 * dayMs) };
    const grant = { ...buildGrant({ token }), answeredAt: refreshedAt };
    const { state } = acceptRefreshedGrant(buildLicensedState(), grant, policy, token.receivedAt);
    expect(state.refresh).toEqual(healthy.refresh);
  });

  it('trusts the time of the answer, not the issue time of a token that a server sends again', () => {
    const token = buildToken({ issuedAt: shift(startAt, -hourMs) });
    const grant = buildGrant({ token, answeredAt: refreshedAt });
    const { state } = acceptRefreshedGrant(buildLicensedState(), grant, policy, refreshedAt);
    expect(state.trustedAt).toEqual(refreshedAt);
  });

  it('applies the new token and emits an event', () => {
    const grant = buildGrant({ token: freshToken });
    const { state, events } = acceptRefreshedGrant(buildLicensedState(), grant, policy, refreshedAt);
    expect(state).toMatchObject({ ...healthy, license: grant.license, reason: 'refreshed' });
    expect(describeEvents(events)).toEqual(['licensed → licensed by refreshed']);
  });

  it('clears all earlier failures without an administrator', () => {
    const grant = buildGrant({ token: freshToken });
    expect(acceptRefreshedGrant(troubled, grant, policy, refreshedAt).state).toMatchObject(healthyAgain);
  });

  it('keeps its slot if only the successful attempt was counted', () => {
    const grant = buildGrant({ token: freshToken });
    const state = buildLicensedState();
    const begun = { ...state, refresh: { ...state.refresh, failures: 1 } };
    expect(acceptRefreshedGrant(begun, grant, policy, refreshedAt).state).toMatchObject(healthy);
  });

  it('reports "refreshed" if only the order of the features changes', () => {
    const before = buildLicensedState(buildGrant({ terms: { features: ['xms', 'loyalty'] } }));
    const grant = buildGrant({ terms: { features: ['loyalty', 'xms'] }, token: freshToken });
    expect(acceptRefreshedGrant(before, grant, policy, refreshedAt).state.reason).toBe('refreshed');
  });

  it('reports "refreshed" if the renewal date is the same instant or still absent', () => {
    for (const renewalDate of [new Date(storeTerms.renewalDate ?? 0), null]) {
      const grant = buildGrant({ terms: { renewalDate }, token: freshToken });
      const before = buildLicensedState(buildGrant({ terms: { renewalDate } }));
      expect(acceptRefreshedGrant(before, grant, policy, refreshedAt).state.reason).toBe('refreshed');
    }
  });

  const { hub, renewalDate } = storeTerms;
  if (hub === null || renewalDate === null) throw new Error('The fixture has a hub and a renewal date.');

  it.each([
    ['another feature', { terms: { features: ['loyalty'] } }],
    ['an added feature', { terms: { features: ['xms', 'loyalty'] } }],
    ['a removed feature', { terms: { features: [] } }],
    ['another hub', { terms: { hub: { ...hub, id: 'srv-hub-2' } } }],
    ['a hub with another name', { terms: { hub: { ...hub, name: 'Head office (new)' } } }],
    ['a hub with another URL', { terms: { hub: { ...hub, url: 'https://hub-2.example' } } }],
    ['a hub without a URL', { terms: { hub: { ...hub, url: null } } }],
    ['no hub', { terms: { hub: null } }],
    ['a renewal date 1 ms earlier', { terms: { renewalDate: shift(renewalDate, -1) } }],
    ['another server name', { identity: { serverName: 'Store 12 (moved)' } }],
    ['another organization name', { identity: { organization: { id: 'fc-demo', name: 'Demo Ltd' } } }],
  ])('reports "terms-changed" with %s', (_name, changed) => {
    const grant = buildGrant({ ...changed, token: freshToken });
    const { state, events } = acceptRefreshedGrant(buildLicensedState(), grant, policy, refreshedAt);
    expect(state).toMatchObject({ identity: grant.identity, license: grant.license });
    expect(describeEvents(events)).toEqual(['licensed → licensed by terms-changed']);
  });

  it('reports "refreshed" if there is still no hub, "terms-changed" if one is added', () => {
    const before = buildLicensedState(buildGrant({ terms: { hub: null } }));
    const reasonOf = (named: typeof storeTerms.hub) => {
      const grant = buildGrant({ terms: { hub: named }, token: freshToken });
      return acceptRefreshedGrant(before, grant, policy, refreshedAt).state.reason;
    };
    expect(reasonOf(null)).toBe('refreshed');
    expect(reasonOf(storeTerms.hub)).toBe('terms-changed');
  });

  it('reports "terms-changed" if one of several features is removed', () => {
    const before = buildLicensedState(buildGrant({ terms: { features: ['xms', 'loyalty'] } }));
    const grant = buildGrant({ terms: { features: ['xms'] }, token: freshToken });
    expect(acceptRefreshedGrant(before, grant, policy, refreshedAt).state.reason).toBe('terms-changed');
  });

  it('reports "terms-changed" if a license without a renewal date gets one', () => {
    const before = buildLicensedState(buildGrant({ terms: { renewalDate: null } }));
    const grant = buildGrant({ token: freshToken });
    expect(acceptRefreshedGrant(before, grant, policy, refreshedAt).state.reason).toBe('terms-changed');
  });

  it.each([
    ['1 ms later', shift(renewalDate, 1)],
    ['gone', null],
  ])('reports "renewed" if the renewal date is %s', (_name, renewed) => {
    const grant = buildGrant({ terms: { renewalDate: renewed }, token: freshToken });
    const { events } = acceptRefreshedGrant(buildLicensedState(), grant, policy, refreshedAt);
    expect(describeEvents(events)).toEqual(['licensed → licensed by renewed']);
  });

  it.each([
    ['requires-renewal', 20 * dayMs],
    ['expired', 0],
  ] as const)('picks up a renewal in place from %s', (status, renewalInMs) => {
    const before = buildLicensedState(buildGrant({ terms: { renewalDate: shift(startAt, renewalInMs) } }));
    const grant = buildGrant({ token: freshToken });
    const { events } = acceptRefreshedGrant(before, grant, policy, refreshedAt);
    expect(describeEvents(events)).toEqual([`${status} → licensed by renewed`]);
  });

  it.each([
    ['requires-renewal', shift(refreshedAt, 30 * dayMs)],
    ['expired', refreshedAt],
  ] as const)('comes to %s where the renewal date was brought forward', (status, broughtForward) => {
    const grant = buildGrant({ terms: { renewalDate: broughtForward }, token: freshToken });
    const { events } = acceptRefreshedGrant(buildLicensedState(), grant, policy, refreshedAt);
    expect(describeEvents(events)).toEqual([`licensed → ${status} by terms-changed`]);
  });

  it('emits the effects of time first, then those of the refresh', () => {
    const before = buildLicensedState(
      buildGrant({ terms: { renewalDate: shift(startAt, 30 * dayMs + hourMs) } }),
    );
    const same = buildGrant({ terms: before.license?.terms ?? {}, token: freshToken });
    expect(describeEvents(acceptRefreshedGrant(before, same, policy, refreshedAt).events)).toEqual([
      'licensed → requires-renewal by renewal-window',
      'requires-renewal → requires-renewal by refreshed',
    ]);
    const renewed = buildGrant({ token: freshToken });
    expect(describeEvents(acceptRefreshedGrant(before, renewed, policy, refreshedAt).events)).toEqual([
      'licensed → requires-renewal by renewal-window',
      'requires-renewal → licensed by renewed',
    ]);
  });

  it('emits all warnings again for the new token', () => {
    const warned: LicenseState = { ...buildLicensedState(), announcedThresholdSeconds: 6 * 3600 };
    const { state } = acceptRefreshedGrant(warned, buildGrant({ token: freshToken }), policy, refreshedAt);
    expect(state.announcedThresholdSeconds).toBeNull();
  });

  it('leaves the clock trust unchanged', () => {
    const suspect: LicenseState = { ...buildLicensedState(), clockSuspect: true };
    const { state } = acceptRefreshedGrant(suspect, buildGrant({ token: freshToken }), policy, refreshedAt);
    expect(state.clockSuspect).toBe(true);
  });
});

function describeEvents(events: readonly LicenseEvent[]): string[] {
  return events.map((event) =>
    event.type === 'license.status'
      ? `${event.data.previousStatus} → ${event.data.status} by ${event.data.reason}`
      : nameEvent(event),
  );
}
