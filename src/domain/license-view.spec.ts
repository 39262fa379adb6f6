import { describe, expect, it } from 'vitest';
import {
  buildGrant,
  buildLicensedState,
  buildToken,
  dayMs,
  defaultPolicy,
  hourMs,
  secondMs,
  shift,
  startAt,
  storeTerms,
} from '../../test/support/license-fixture.js';
import { initialLicenseState, type LicenseState } from './license-state.js';
import { formatSequence, licenseViewAt } from './license-view.js';
import { dropLicense } from './remove-license.js';

const policy = defaultPolicy;

describe('licenseViewAt', () => {
  it('shows unknown values of a never licensed server as null', () => {
    expect(licenseViewAt(initialLicenseState, policy, startAt)).toEqual({
      status: 'unlicensed',
      statusText: 'Not Licensed',
      reason: null,
      serverId: null,
      serverName: null,
      organization: null,
      renewalDate: null,
      features: [],
      hub: null,
      token: { status: 'none', expiresAt: null, issuedAt: null, nextRefreshAt: null },
      connection: { online: true, offlineSince: null, lastContactAt: null, lastError: null },
      standing: { isLicensed: false, reason: 'unlicensed', usableUntil: null, limitedBy: null },
      clockSuspect: false,
      reauthorizationRequired: false,
      serviceVersion: '1.2.3',
      sequence: null,
    });
  });

  it('shows a licensed server with all license data', () => {
    const state = buildLicensedState();
    expect(licenseViewAt(state, policy, startAt)).toEqual({
      status: 'licensed',
      statusText: 'Licensed',
      reason: 'acquired',
      serverId: 'srv-store-12',
      serverName: 'Store 12',
      organization: { id: 'fc-demo', name: 'Demo' },
      renewalDate: storeTerms.renewalDate,
      features: ['xms'],
      hub: { id: 'srv-hub', name: 'Head office', url: 'https://hub.example' },
      token: {
        status: 'valid',
        expiresAt: shift(startAt, 7 * dayMs),
        issuedAt: startAt,
        nextRefreshAt: state.refresh.nextAttemptAt,
      },
      connection: { online: true, offlineSince: null, lastContactAt: startAt, lastError: null },
      standing: {
        isLicensed: true,
        reason: 'licensed',
        usableUntil: shift(startAt, 7 * dayMs),
        limitedBy: 'token',
      },
      clockSuspect: false,
      reauthorizationRequired: false,
      serviceVersion: '1.2.3',
      sequence: `000${startAt.getTime()}`,
    });
  });

  it('shows a license without a renewal date and hub', () => {
    const state = buildLicensedState(buildGrant({ terms: { renewalDate: null, hub: null } }));
    expect(licenseViewAt(state, policy, startAt)).toMatchObject({
      status: 'licensed',
      renewalDate: null,
      hub: null,
    });
  });

  it('still shows the identity after the license was removed', () => {
    const { state } = dropLicense(buildLicensedState(), policy, startAt);
    expect(licenseViewAt(state, policy, startAt)).toMatchObject({
      status: 'unlicensed',
      reason: 'removed',
      serverId: 'srv-store-12',
      features: [],
      token: { status: 'none', expiresAt: null, nextRefreshAt: null },
    });
  });

  it('computes the status when read, independent of the last event', () => {
    const state = buildLicensedState(buildGrant({ terms: { renewalDate: shift(startAt, 40 * dayMs) } }));
    const statuses = [10 * dayMs - 1, 10 * dayMs, 40 * dayMs - 1, 40 * dayMs].map(
      (ms) => licenseViewAt(state, policy, shift(startAt, ms)).status,
    );
    expect(statuses).toEqual(['licensed', 'requires-renewal', 'requires-renewal', 'expired']);
    expect(state.reportedStatus).toBe('licensed');
  });

  it.each([
    ['7 days', 7 * dayMs, 42 * hourMs],
    ['1 day', dayMs, 6 * hourMs],
    ['60 s', 60 * secondMs, 15 * secondMs],
  ])('shows a token of %s as expiring from its first threshold', (_name, lifeMs, warningMs) => {
    const token = buildToken({ lifeMs });
    const state = buildLicensedState(buildGrant({ token }));
    const statuses = [-warningMs - 1, -warningMs, 0, 1].map(
      (ms) => licenseViewAt(state, policy, shift(token.expiresAt, ms)).token.status,
    );
    expect(statuses).toEqual(['valid', 'expiring', 'expiring', 'expired']);
  });

  it('shows a token as valid until expiry if no warning is configured', () => {
    const state = buildLicensedState();
    const end = shift(startAt, 7 * dayMs);
    const quiet = { ...policy, tokenWarningsSeconds: [] };
    expect(licenseViewAt(state, quiet, shift(end, -1)).token.status).toBe('valid');
    expect(licenseViewAt(state, quiet, shift(end, 1)).token.status).toBe('expired');
  });

  it('shows a suspect clock and a grant that must be authorized again', () => {
    const state: LicenseState = {
      ...buildLicensedState(),
      clockSuspect: true,
      reauthorizationRequired: true,
    };
    expect(licenseViewAt(state, policy, startAt)).toMatchObject({
      clockSuspect: true,
      reauthorizationRequired: true,
    });
  });
});

describe('formatSequence', () => {
  it.each([
    [1, '0000000000000001'],
    [1_795_570_000_042, '0001795570000042'],
    [8_640_000_000_000_000, '8640000000000000'],
  ])('formats %i as sixteen digits', (sequence, expected) => {
    expect(formatSequence(sequence)).toBe(expected);
  });

  it('orders text like numbers', () => {
    const sequences = [1, 9, 10, 999_999_999_999, 1_795_570_000_042, 1_795_570_000_043, 8.64e15];
    expect(sequences.map(formatSequence).toSorted()).toEqual(sequences.map(formatSequence));
  });
});
