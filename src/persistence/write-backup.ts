import { auditEntry } from '../domain/audit-entry.js';
import type { AuditActor } from '../domain/audit-actor.js';
import { appendAuditEntry } from './audit/append-audit-entry.js';
import { copySqlite } from './copy-sqlite.js';
import type { Database } from './database.js';

/**
 * Copies an SQLite database to a new file, after an entry in its audit trail. The copy has no authentication code yet.
 */
export async function writeBackup(
  database: Database,
  path: string,
  { actor, at }: { readonly actor: AuditActor; readonly at: Date },
): Promise<void> {
  await database.transact((manager) => appendAuditEntry(manager, auditEntry(at, actor, 'backed-up')));
  await database.read((manager) => copySqlite(manager, path));
}
