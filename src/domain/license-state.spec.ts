import { describe, expect, it } from 'vitest';
import { buildLicensedState } from '../../test/support/license-fixture.js';
import { initialLicenseState, type LicenseState, withoutLicense } from './license-state.js';

describe('initialLicenseState', () => {
  it('has no identity, no license, no reported event and nothing scheduled', () => {
    expect(initialLicenseState).toMatchObject({
      identity: null,
      license: null,
      reportedStatus: 'unlicensed',
      reason: null,
      refresh: { nextAttemptAt: null, failures: 0, intentAt: null },
      sequence: 0,
    });
  });
});

describe('withoutLicense', () => {
  it('keeps the identity, the connection and the reported status', () => {
    const state = buildLicensedState();
    const { identity, connection, reportedStatus, reason, sequence, clockSuspect } = state;
    expect(withoutLicense(state)).toMatchObject({
      identity,
      connection,
      reportedStatus,
      reason,
      sequence,
      clockSuspect,
    });
  });

  it('clears the license and everything about its token', () => {
    const state: LicenseState = {
      ...buildLicensedState(),
      announcedThresholdSeconds: 0,
      refresh: { nextAttemptAt: new Date(), failures: 3, intentAt: new Date() },
      reauthorizationRequired: true,
    };
    expect(withoutLicense(state)).toMatchObject({
      license: null,
      announcedThresholdSeconds: null,
      refresh: { nextAttemptAt: null, failures: 0, intentAt: null },
      reauthorizationRequired: false,
    });
  });
});
