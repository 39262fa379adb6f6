import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startAt } from '../../../test/support/license-fixture.js';
import { type AuditEntry, auditActions, type RecordedAuditEntry } from '../../domain/ports/license-store.js';
import { AuditChainCheck } from './audit-chain-check.js';
import { emptyAuditChain, hashAuditEntry } from './hash-audit-entry.js';

const content = fc.option(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.array(fc.string()))));
const entry: fc.Arbitrary<AuditEntry> = fc.record({
  at: fc.nat().map((ms) => new Date(startAt.getTime() + ms)),
  actor: fc.string(),
  address: fc.option(fc.ipV4()),
  action: fc.constantFrom(...auditActions),
  reason: fc.option(fc.string()),
  before: content,
  after: content,
});
const trail = fc.array(entry, { minLength: 2, maxLength: 12 }).map(chain);

function chain(entries: readonly AuditEntry[]): RecordedAuditEntry[] {
  let hash = emptyAuditChain;
  return entries.map((each, index) => {
    hash = hashAuditEntry(hash, each);
    return { ...each, id: index + 1, hash };
  });
}

function verify(entries: readonly RecordedAuditEntry[], head: string, noted: string | null = null) {
  const check = new AuditChainCheck(noted);
  for (const each of entries) check.follow(each);
  return check.end(head);
}

const headOf = (entries: readonly RecordedAuditEntry[]) => entries.at(-1)?.hash ?? emptyAuditChain;

describe('AuditChainCheck', () => {
  it('reports no faults for an intact trail or an empty one', () => {
    expect(verify([], '')).toEqual({ isIntact: true, entryCount: 0, head: '', faults: [] });
    fc.assert(
      fc.property(trail, (entries) => {
        expect(verify(entries, headOf(entries))).toMatchObject({
          isIntact: true,
          entryCount: entries.length,
          faults: [],
        });
      }),
    );
  });

  it('names each entry that was changed', () => {
    const changes: readonly Partial<AuditEntry>[] = [
      { at: new Date(0) },
      { actor: 'somebody else' },
      { address: '203.0.113.9' },
      { action: 'removed' },
      { reason: 'another reason' },
      { before: { status: 'another' } },
      { after: { status: 'another' } },
    ];
    fc.assert(
      fc.property(trail, fc.nat(), fc.constantFrom(...changes), (entries, position, change) => {
        const index = position % entries.length;
        const changed = entries.with(index, { ...entries[index]!, ...change });
        fc.pre(JSON.stringify(changed) !== JSON.stringify(entries));
        const { isIntact, faults } = verify(changed, headOf(entries));
        expect(isIntact).toBe(false);
        expect(faults).toEqual([
          { entryId: index + 1, message: expect.stringContaining(`Entry ${index + 1} `) },
        ]);
      }),
    );
  });

  it('reports a missing entry: the first, one in the middle or the last', () => {
    fc.assert(
      fc.property(trail, fc.nat(), (entries, position) => {
        const index = position % entries.length;
        const { faults } = verify(entries.toSpliced(index, 1), headOf(entries));
        const isLast = index === entries.length - 1;
        expect(faults.map(({ entryId }) => entryId)).toEqual([isLast ? null : index + 2]);
      }),
    );
  });

  it('reports two entries that were swapped', () => {
    fc.assert(
      fc.property(trail, fc.nat(), (entries, position) => {
        const index = position % (entries.length - 1);
        const [first, second] = [entries[index]!, entries[index + 1]!];
        const moved = entries
          .with(index, { ...second, id: first.id })
          .with(index + 1, { ...first, id: second.id });
        expect(verify(moved, headOf(entries)).faults[0]?.entryId).toBe(first.id);
      }),
    );
  });

  it('detects a rewritten trail by a head that was stored elsewhere', () => {
    fc.assert(
      fc.property(trail, fc.nat(), (entries, position) => {
        const noted = entries[position % entries.length]!.hash;
        expect(verify(entries, headOf(entries), noted).isIntact).toBe(true);
        const rewritten = chain(entries.map((each) => ({ ...each, reason: 'nothing to see' })));
        fc.pre(headOf(rewritten) !== headOf(entries) && !rewritten.some(({ hash }) => hash === noted));
        expect(verify(rewritten, headOf(rewritten)).isIntact).toBe(true);
        expect(verify(rewritten, headOf(rewritten), noted).faults).toEqual([
          { entryId: null, message: expect.stringContaining('given head') },
        ]);
      }),
    );
  });
});
