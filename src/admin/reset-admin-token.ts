import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { auditEntry } from '../domain/audit-entry.js';
import type { Settings } from '../config/settings.js';
import { appendAuditEntry } from '../persistence/audit/append-audit-entry.js';
import { commandLineActor } from '../persistence/audit/command-line-actor.js';
import type { Database } from '../persistence/database.js';
import { KeyValueRow } from '../persistence/entities/key-value.entity.js';
import { readOrCreatePrivateFile } from '../persistence/private-file.js';
import { adminTokenPath, adminTokenSetting, hashAdminToken } from './admin-token.js';

/** Replaces the stored admin token and its file. Returns the path of the file. */
export async function resetAdminToken({ dataDir }: Settings, database: Database): Promise<string> {
  const path = adminTokenPath(dataDir);
  await database.transact(async (manager) => {
    rmSync(path, { force: true });
    const token = readOrCreatePrivateFile(path, () => randomBytes(32).toString('base64url'));
    const value = hashAdminToken(token).toString('hex');
    await manager.upsert(KeyValueRow, { name: adminTokenSetting, value }, ['name']);
    await appendAuditEntry(manager, auditEntry(new Date(), commandLineActor(), 'admin-token-reset'));
  });
  return path;
}
