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
  it('is a line for each entry: who, from where, what, why, and what has changed', () => {
    expect(formatAudit([entry]).split('\n')[1]).toBe(
      '12  2026-11-24T12:00:00.000Z  Anna  192.0.2.7  refreshed  renewed; features: xms → xms+kds, renewalDate: none → 2027-06-30',
    );
  });

  it('lets no text move the cursor of a terminal, or turn around what stands beside it', () => {
    const text = formatAudit([{ ...entry, actor: 'An\u001b[2Jna', reason: 'a\r\nb\u202ec' }]);
    expect(text).toContain('An [2Jna');
    expect(text).not.toMatch(/[\r\p{Cf}]/u);
    expect(text.split('\n')).toHaveLength(2);
  });

  it('says that there is nothing', () => {
    expect(formatAudit([])).toBe('The audit trail is empty.');
  });
});

describe('toJsonLine', () => {
  it('is the same for an entry of the database and one that came as JSON', () => {
    const line = toJsonLine(entry);
    expect(toJsonLine(JSON.parse(line) as AuditReport)).toBe(line);
    expect(Object.keys(JSON.parse(line) as object)).toEqual(
      'id at actor address action reason before after hash'.split(' '),
    );
  });
});

describe('formatVerification', () => {
  it('says that all is well, with the head to be noted', () => {
    const text = formatVerification({ isIntact: true, entryCount: 3, head: 'ab', faults: [] });
    expect(text).toBe('The audit trail is whole: 3 entries.\nHead: ab');
  });

  it('lists every fault', () => {
    const faults = [
      { entryId: 2, message: 'Entry 2.' },
      { entryId: null, message: 'The end.' },
    ];
    const text = formatVerification({ isIntact: false, entryCount: 3, head: 'ab', faults });
    expect(text).toMatch(/tampered[^]* {2}- Entry 2\.\n {2}- The end\.$/);
  });
});
