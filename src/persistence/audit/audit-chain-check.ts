import type { AuditVerification, RecordedAuditEntry } from '../../domain/ports/license-store.js';
import { emptyAuditChain, hashAuditEntry } from './hash-audit-entry.js';

/** A limit, because a single change may invalidate every later entry. */
const maxFaults = 100;

/** Checks a hash chain entry by entry, in the order of their ids, and collects the faults. */
export class AuditChainCheck {
  private readonly faults: { entryId: number | null; message: string }[] = [];
  private last: { id: number; hash: string } | null = null;
  private entryCount = 0;
  private hasNotedHead: boolean;

  /** @param notedHead a hash that must be in the chain, or `null` if there is none */
  constructor(private readonly notedHead: string | null) {
    this.hasNotedHead = notedHead === null;
  }

  follow(entry: RecordedAuditEntry): void {
    if (hashAuditEntry(this.last?.hash ?? emptyAuditChain, entry) !== entry.hash) {
      const position = this.last === null ? 'begin the trail' : `follow entry ${this.last.id}`;
      this.record(
        entry.id,
        `Entry ${entry.id} does not ${position}: it was changed, or an entry before it was removed or moved.`,
      );
    }
    if (entry.hash === this.notedHead) this.hasNotedHead = true;
    this.last = { id: entry.id, hash: entry.hash };
    this.entryCount += 1;
  }

  /** @param head the hash of the last entry, which is stored separately */
  end(head: string): AuditVerification {
    const lastHash = this.last?.hash ?? emptyAuditChain;
    if (lastHash !== head) {
      const position = this.last === null ? 'is empty' : `ends with entry ${this.last.id}`;
      this.record(
        null,
        `The trail ${position}, but the stored head is of another entry: entries were removed at the end.`,
      );
    }
    if (!this.hasNotedHead) {
      this.record(
        null,
        'The given head is not in the trail: the trail was rewritten, or the database is an older copy.',
      );
    }
    return { isIntact: this.faults.length === 0, entryCount: this.entryCount, head, faults: this.faults };
  }

  private record(entryId: number | null, message: string): void {
    if (this.faults.length < maxFaults) this.faults.push({ entryId, message });
  }
}
