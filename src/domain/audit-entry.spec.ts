import { describe, expect, it } from 'vitest';
import { buildLicensedState, startAt } from '../../test/support/license-fixture.js';
import { auditEntry } from './audit-entry.js';
import { initialLicenseState } from './license-state.js';

const actor = { name: 'admin', address: '192.0.2.7' };

describe('auditEntry', () => {
  it('has the license before and after the action, without secrets', () => {
    const state = buildLicensedState();
    const entry = auditEntry(startAt, actor, 'acquired', {
      reason: 'acquired',
      before: initialLicenseState,
      after: { ...state, clockSuspect: true },
    });
    const { license } = state;
    expect(entry).toEqual({
      at: startAt,
      actor: 'admin',
      address: '192.0.2.7',
      action: 'acquired',
      reason: 'acquired',
      before: {
        status: 'unlicensed',
        serverId: null,
        organizationId: null,
        features: [],
        renewalDate: null,
        hubId: null,
        clockSuspect: false,
        tokenExpiresAt: null,
      },
      after: {
        status: 'licensed',
        serverId: 'srv-store-12',
        organizationId: 'fc-demo',
        features: ['xms'],
        renewalDate: license?.terms.renewalDate,
        hubId: 'srv-hub',
        clockSuspect: true,
        tokenExpiresAt: license?.token.expiresAt,
      },
    });
    expect(entry.after?.['tokenExpiresAt']).toBeInstanceOf(Date);
  });

  it('has no license and no reason for an action that cannot change the license', () => {
    expect(auditEntry(startAt, actor, 'admin-token-reset')).toMatchObject({
      reason: null,
      before: null,
      after: null,
    });
  });

  it('has no hub for a license without one', () => {
    const state = buildLicensedState();
    const { license } = state;
    if (license === null) throw new Error('The fixture has a license.');
    const after = { ...state, license: { ...license, terms: { ...license.terms, hub: null } } };
    expect(auditEntry(startAt, actor, 'refreshed', { after }).after).toMatchObject({ hubId: null });
  });
});
