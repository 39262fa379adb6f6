import { describe, expect, it } from 'vitest';
import { startAt } from '../../test/support/license-fixture.js';
import { auditActions, type RecordedAuditEntry } from '../domain/ports/license-store.js';
import { describeAuditEntry } from './describe-audit-entry.js';
import { createReader } from './render-context.js';

const context = createReader('en', startAt);

function buildEntry(change: Partial<RecordedAuditEntry>): RecordedAuditEntry {
  return {
    id: 1,
    at: startAt,
    actor: 'system',
    address: null,
    action: 'refreshed',
    reason: null,
    before: null,
    after: null,
    hash: '',
    ...change,
  };
}

describe('describeAuditEntry', () => {
  it.each(auditActions)('has a text for the action %s', (action) => {
    expect(describeAuditEntry(buildEntry({ action }), context).what).toMatch(/^[A-Z].+/);
  });

  it.each([
    ['refreshed', 'License token refreshed'],
    ['renewed', 'License renewed'],
    ['terms-changed', 'License terms changed'],
  ])('describes a refresh with the reason %s as: %s', (reason, what) => {
    expect(describeAuditEntry(buildEntry({ reason }), context)).toMatchObject({ what, why: null });
  });

  it('returns the actor, the address and the reason', () => {
    const entry = buildEntry({
      actor: 'Anna',
      address: '192.0.2.7',
      action: 'refresh-failed',
      reason: 'no internet',
    });
    expect(describeAuditEntry(entry, context)).toMatchObject({
      who: 'Anna',
      from: '192.0.2.7',
      why: 'no internet',
    });
    expect(describeAuditEntry(buildEntry({}), context).who).toBe('the service');
  });

  it('lists the changed members only', () => {
    const before = { status: 'licensed', features: ['xms'], hubId: 'srv-hub', renewalDate: null };
    const after = { status: 'expired', features: ['xms', 'kds'], hubId: null, renewalDate: null };
    expect(describeAuditEntry(buildEntry({ before, after }), context).changes).toEqual([
      'Status: Licensed → Expired – Requires Renewal',
      'Features: xms → xms, kds',
      'Hub server: srv-hub → None',
    ]);
  });

  it('formats dates in the locale of the reader, and a new value without an arrow', () => {
    // The same day in every time zone from UTC-9 to UTC+14.
    const after = { renewalDate: '2027-06-30T09:00:00.000Z' };
    expect(describeAuditEntry(buildEntry({ before: { renewalDate: null }, after }), context).changes).toEqual(
      [expect.stringMatching(/^License Renewal Date: June 30, 2027 at /)],
    );
  });
});
