import type { JWK } from 'jose';
import type { LicenseEvent } from '../license-event.js';
import type { LicenseState } from '../license-state.js';
import type { GrantSecrets } from './authorization-server.js';

/** The one device code that may be waiting for a person's approval. */
export interface PendingAuthorization {
  readonly state: 'pending' | 'denied' | 'expired' | 'refused';
  /** Why it was refused, in the Authorization server's words; null otherwise. */
  readonly refusal: string | null;
  readonly deviceCode: string;
  readonly dpopKey: JWK | null;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresAt: Date;
  /** The server's interval, with the 5 s that each `slow_down` has added. */
  readonly intervalSeconds: number;
  readonly lastPolledAt: Date;
  /** Polls in a row that brought no answer; each doubles the gap (RFC 8628 section 3.5). */
  readonly unansweredPolls: number;
  /** Who pressed Next, for the audit trail. */
  readonly requestedBy: string;
  /** The address that it came from; null: not known. */
  readonly requestedFrom: string | null;
}

export const auditActions = [
  'authorization-requested',
  'authorization-cancelled',
  'authorization-denied',
  'authorization-expired',
  'authorization-refused',
  'acquired',
  'refreshed',
  'refresh-failed',
  'status-changed',
  'removed',
  'revoked',
  'grant-revoked-at-server',
  'backed-up',
  'restored',
  'key-rotated',
  'admin-token-reset',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** Who did what, from where, why, and what it changed. Never holds a secret. */
export interface AuditEntry {
  readonly at: Date;
  readonly actor: string;
  /** The address that the request came from; null: it came from no network. */
  readonly address: string | null;
  readonly action: AuditAction;
  readonly reason: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

export interface RecordedAuditEntry extends AuditEntry {
  readonly id: number;
  /** SHA-256 over this entry and the hash of the one before it. */
  readonly hash: string;
}

/** What came of following the audit trail from its first entry to its last. */
export interface AuditVerification {
  readonly isIntact: boolean;
  readonly entryCount: number;
  /** The hash of the last entry, "" where there is none: noted elsewhere, it tells later that all before it is still there. */
  readonly head: string;
  /** What is wrong, in words, with the first entry that shows it; null: with the trail as a whole. At most 100. */
  readonly faults: readonly { readonly entryId: number | null; readonly message: string }[];
}

/** A grant that was dropped here and has still to be revoked at the Authorization server. */
export interface DueRevocation {
  readonly id: number;
  readonly secrets: GrantSecrets;
  readonly failures: number;
}

/** What one unit of work may read and change; all of it is committed together, or none of it. */
export interface LicenseTransaction {
  readonly state: LicenseState;
  readonly secrets: GrantSecrets | null;
  readonly pending: PendingAuthorization | null;
  saveState(state: LicenseState, events: readonly LicenseEvent[]): Promise<void>;
  saveSecrets(secrets: GrantSecrets | null): Promise<void>;
  savePending(pending: PendingAuthorization | null): Promise<void>;
  appendAudit(entry: AuditEntry): Promise<void>;
  queueRevocation(secrets: GrantSecrets, at: Date): Promise<void>;
}

/**
 * Keeps everything about this server's license. Reads answer from memory that is true to the last commit; a unit of
 * work sees the database.
 */
export abstract class LicenseStore {
  /** The license state as of the last commit. */
  abstract get state(): LicenseState;
  abstract get secrets(): GrantSecrets | null;
  abstract get pending(): PendingAuthorization | null;

  /** Brings the memory up to the database where other processes write to it; does nothing where none can. */
  abstract sync(): Promise<void>;

  /**
   * Runs one unit of work, alone. State, events, audit entries and secrets are committed when it returns; nothing of it
   * stays when it throws.
   */
  abstract transact<T>(work: (transaction: LicenseTransaction) => Promise<T>): Promise<T>;

  /** The audit trail, newest first, from before the entry `beforeId` (null: from the newest). */
  abstract readAudit(limit: number, beforeId: number | null): Promise<RecordedAuditEntry[]>;

  /**
   * Follows the hash chain of the whole audit trail.
   * @param notedHead a hash that was the head once, and must still be in the trail; null: none
   */
  abstract verifyAudit(notedHead: string | null): Promise<AuditVerification>;

  /** The oldest revocation that is due at `now`, or null. */
  abstract nextRevocation(now: Date): Promise<DueRevocation | null>;
  abstract postponeRevocation(id: number, failures: number, nextAttemptAt: Date): Promise<void>;
  abstract completeRevocation(id: number, entry: AuditEntry): Promise<void>;

  /** Calls back after each commit, also that of another process. Returns how to stop it. */
  abstract onCommit(listener: () => void): () => void;
}
