import type { AuditVerification, RecordedAuditEntry } from '../../domain/ports/license-store.js';
import { emptyAuditChain, hashAuditEntry } from './hash-audit-entry.js';

/** A trail that was tampered with once may be wrong in every entry. */
const maxFaults = 100;

/** Follows a hash chain entry by entry, in the order of their ids, and collects what does not fit. */
export class AuditChainCheck {
  private readonly faults: { entryId: number | null; message: string }[] = [];
  private last: { id: number; hash: string } | null = null;
  private entryCount = 0;
  private hasNotedHead: boolean;

  /** @param notedHead a hash that must be met on the way; null: none */
  constructor(private readonly notedHead: string | null) {
    this.hasNotedHead = notedHead === null;
  }

  follow(entry: RecordedAuditEntry): void {
    if (hashAuditEntry(this.last?.hash ?? emptyAuditChain, entry) !== entry.hash) {
      const position = this.last === null ? 'begin the trail' : `follow entry ${this.last.id}`;
      this.record(
        entry.id,
        `Entry ${entry.id} does not ${position}: it was changed, or one before it was removed or moved.`,
      );
    }
    if (entry.hash === this.notedHead) this.hasNotedHead = true;
    this.last = { id: entry.id, hash: entry.hash };
    this.entryCount += 1;
  }

  /** @param head the hash of the last entry, as it is kept apart from the entries */
  end(head: string): AuditVerification {
    const lastHash = this.last?.hash ?? emptyAuditChain;
    if (lastHash !== head) {
      const position = this.last === null ? 'is empty' : `ends with entry ${this.last.id}`;
      this.record(
        null,
        `The trail ${position}, but that was not its last entry: entries were removed at its end.`,
      );
    }
    if (!this.hasNotedHead) {
      this.record(
        null,
        'The noted hash is not in the trail: it was written anew, or the database is an older copy.',
      );
    }
    return { isIntact: this.faults.length === 0, entryCount: this.entryCount, head, faults: this.faults };
  }

  private record(entryId: number | null, message: string): void {
    if (this.faults.length < maxFaults) this.faults.push({ entryId, message });
  }
}
