import type { JWK } from 'jose';
import type { LicenseEvent } from '../license-event.js';
import type { LicenseState } from '../license-state.js';
import type { GrantSecrets } from './authorization-server.js';

/** The device code that awaits approval; there is at most one. */
export interface PendingAuthorization {
  readonly state: 'pending' | 'denied' | 'expired' | 'refused';
  /** The refusal in the Authorization server's words; `null` if it was not refused. */
  readonly refusal: string | null;
  readonly deviceCode: string;
  readonly dpopKey: JWK | null;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly verificationUriComplete: string | null;
  readonly expiresAt: Date;
  /** The server's interval plus 5 s for each `slow_down`. */
  readonly intervalSeconds: number;
  readonly lastPolledAt: Date;
  /** Consecutive unanswered polls; each doubles the interval (RFC 8628 section 3.5). */
  readonly unansweredPolls: number;
  /** The administrator who chose Next, for the audit trail. */
  readonly requestedBy: string;
  /** The address of the request; `null` if it is unknown. */
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

/** An entry of the audit trail. Contains no secrets. */
export interface AuditEntry {
  readonly at: Date;
  readonly actor: string;
  /** The address of the request; `null` if it did not come over a network. */
  readonly address: string | null;
  readonly action: AuditAction;
  readonly reason: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

export interface RecordedAuditEntry extends AuditEntry {
  readonly id: number;
  /** SHA-256 over this entry and the previous hash. */
  readonly hash: string;
}

/** Which entries of the audit trail to read; `null` for all. */
export interface AuditFilter {
  readonly action: AuditAction | null;
  readonly actor: string | null;
}

/** The result of verifying the whole audit trail. */
export interface AuditVerification {
  readonly isIntact: boolean;
  readonly entryCount: number;
  /**
   * The hash of the last entry, "" if there is none. A copy kept elsewhere later proves that no earlier entry was
   * removed.
   */
  readonly head: string;
  /** Faults with the first affected entry, `null` if a fault concerns the whole trail. At most 100. */
  readonly faults: readonly { readonly entryId: number | null; readonly message: string }[];
}

/** The longest delay of a revocation. */
export const maxRevocationDelayMs = 86_400_000;

/** A dropped grant that must still be revoked at the Authorization server. */
export interface DueRevocation {
  readonly id: number;
  readonly secrets: GrantSecrets;
  readonly failures: number;
}

/** The data that a unit of work reads and changes, committed atomically. */
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
 * Stores the license of this server. Reads come from memory as of the last commit; a unit of work reads the database.
 */
export abstract class LicenseStore {
  /** The license state as of the last commit. */
  abstract get state(): LicenseState;
  abstract get secrets(): GrantSecrets | null;
  abstract get pending(): PendingAuthorization | null;

  /** Reloads the memory from the database if other processes can write to it. */
  abstract sync(): Promise<void>;

  /** Runs one unit of work exclusively. Everything is committed when it returns and rolled back when it throws. */
  abstract transact<T>(work: (transaction: LicenseTransaction) => Promise<T>): Promise<T>;

  /** Returns audit entries, newest first, older than `beforeId` (from the newest if `null`). */
  abstract readAudit(
    limit: number,
    beforeId: number | null,
    filter?: AuditFilter,
  ): Promise<RecordedAuditEntry[]>;

  /** Lists the actors in the audit trail by name, at most `limit`. */
  abstract listActors(limit: number): Promise<string[]>;

  /**
   * Verifies the hash chain of the whole audit trail.
   * @param notedHead a former head that must still be in the trail, `null` if there is none
   */
  abstract verifyAudit(notedHead: string | null): Promise<AuditVerification>;

  /**
   * Returns the oldest revocation due at `now`, or `null`. A time beyond every possible delay was set while the clock was
   * ahead; it counts as due.
   */
  abstract nextRevocation(now: Date): Promise<DueRevocation | null>;
  abstract postponeRevocation(id: number, failures: number, nextAttemptAt: Date): Promise<void>;
  abstract completeRevocation(id: number, entry: AuditEntry): Promise<void>;

  /** Calls `listener` after each commit of any process. Returns a function that unsubscribes it. */
  abstract onCommit(listener: () => void): () => void;
}
