import type { JWK } from 'jose';
import type { LicenseEvent } from '../domain/license-event.js';
import type { LicenseState } from '../domain/license-state.js';
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
] as const;
export type AuditAction = (typeof auditActions)[number];

/** Who did what, why, and what it changed. Never holds a secret. */
export interface AuditEntry {
  readonly at: Date;
  readonly actor: string;
  readonly action: AuditAction;
  readonly reason: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

export interface RecordedAuditEntry extends AuditEntry {
  readonly id: number;
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

  /** The oldest revocation that is due at `now`, or null. */
  abstract nextRevocation(now: Date): Promise<DueRevocation | null>;
  abstract postponeRevocation(id: number, failures: number, nextAttemptAt: Date): Promise<void>;
  abstract completeRevocation(id: number, entry: AuditEntry): Promise<void>;

  /** Calls back after each commit, also that of another process. Returns how to stop it. */
  abstract onCommit(listener: () => void): () => void;
}
