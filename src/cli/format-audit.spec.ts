import { describe, expect, it } from 'vitest';
import { startAt } from '../../test/support/license-fixture.js';
import { type AuditReport, formatAudit, formatVerification, toJsonLine } from './format-audit.js';

const entry: AuditReport = {
  id: 12,
  at: startAt,
  actor: 'Anna',
  address: '192.0.2.7',
  action: 'refreshed',
  reason: 'renewed',
  before: { status: 'licensed', features: ['xms'], renewalDate: null },
  after: { status: 'licensed', features: ['xms', 'kds'], renewalDate: '2027-06-30' },
  hash: 'ab',
};

describe('formatAudit', () => {
  it('prints one line per entry: actor, address, action, reason and changes', () => {
    expect(formatAudit([entry]).split('\n')[1]).toBe(
      '12  2026-11-24T12:00:00.000Z  Anna   192.0.2.7  refreshed  renewed; features: xms → xms+kds, renewalDate: none → 2027-06-30',
    );
  });

  it('removes control and bidirectional characters from texts', () => {
    const text = formatAudit([{ ...entry, actor: 'An\u001b[2Jna', reason: 'a\r\nb\u202ec' }]);
    expect(text).toContain('An [2Jna');
    expect(text).not.toMatch(/[\r\p{Cf}]/u);
    expect(text.split('\n')).toHaveLength(2);
  });

  it('reports an empty audit trail', () => {
    expect(formatAudit([])).toBe('The audit trail is empty.');
  });
});

describe('toJsonLine', () => {
  it('prints the same line for an entry from the database and one from JSON', () => {
    const line = toJsonLine(entry);
    expect(toJsonLine(JSON.parse(line) as AuditReport)).toBe(line);
    expect(Object.keys(JSON.parse(line) as object)).toEqual(
      'id at actor address action reason before after hash'.split(' '),
    );
  });
});

describe('formatVerification', () => {
  it('reports an intact audit trail with its head', () => {
    const text = formatVerification({ isIntact: true, entryCount: 3, head: 'ab', faults: [] });
    expect(text).toBe('The audit trail is intact: 3 entries.\nHead: ab');
  });

  it('lists every fault of the audit trail', () => {
    const faults = [
      { entryId: 2, message: 'Entry 2.' },
      { entryId: null, message: 'The end.' },
    ];
    const text = formatVerification({ isIntact: false, entryCount: 3, head: 'ab', faults });
    expect(text).toMatch(/tampered[^]* {2}- Entry 2\.\n {2}- The end\.$/);
  });
});
