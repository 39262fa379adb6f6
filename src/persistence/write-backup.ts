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
  await database.transact((manager) =>
    appendAuditEntry(manager, {
      at,
      actor: actor.name,
      address: actor.address,
      action: 'backed-up',
      reason: null,
      before: null,
      after: null,
    }),
  );
  await database.read((manager) => copySqlite(manager, path));
}
