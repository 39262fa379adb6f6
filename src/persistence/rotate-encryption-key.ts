import { renameSync, rmSync } from 'node:fs';
import type { EntityManager, ObjectLiteral } from 'typeorm';
import { auditEntry } from '../domain/audit-entry.js';
import type { Settings } from '../config/settings.js';
import { appendAuditEntry } from './audit/append-audit-entry.js';
import { assertServiceStopped } from './assert-service-stopped.js';
import { commandLineActor } from './audit/command-line-actor.js';
import { Database } from './database.js';
import {
  decodeEncryptionKey,
  encryptionKeyPaths,
  newEncryptionKey,
  readEncryptionKey,
} from './encryption-key.js';
import { LicenseRow } from './entities/license.entity.js';
import { PendingAuthorizationRow } from './entities/pending-authorization.entity.js';
import { PendingRevocationRow } from './entities/pending-revocation.entity.js';
import { openDataSource } from './open-data-source.js';
import { openSecretBox, writeKeyCheck } from './open-secret-box.js';
import { readOrCreatePrivateFile } from './private-file.js';
import { SecretBox } from './secret-box.js';
import { sealPlaces } from './typeorm-license-transaction.js';

/**
 * Encrypts all stored secrets with a new key, in one transaction, while the service is stopped. The new key is on the
 * disk before it is used, so the next start completes or undoes an interrupted rotation.
 * @param newKey the new key if the key is a setting, or `null` if it is a file in the data folder
 */
export async function rotateEncryptionKey(settings: Settings, newKey: string | null): Promise<void> {
  const dataSource = await openDataSource(settings.database);
  const database = new Database(dataSource);
  try {
    const from = await openSecretBox(settings, database);
    const { current, next } = encryptionKeyPaths(settings.dataDir);
    if (newKey === null) {
      // A leftover of a rotation that did not commit; it has encrypted nothing.
      rmSync(next, { force: true });
      readOrCreatePrivateFile(next, newEncryptionKey);
    }
    const to = new SecretBox(
      newKey === null ? readEncryptionKey(next) : decodeEncryptionKey(newKey, 'NEW_ENCRYPTION_KEY'),
    );
    await database.transact((manager) => resealAll(manager, from, to));
    if (newKey === null) renameSync(next, current);
  } finally {
    await database.close();
  }
}

async function resealAll(manager: EntityManager, from: SecretBox, to: SecretBox): Promise<void> {
  await assertServiceStopped(manager);
  await reseal(manager, LicenseRow, 'secrets', sealPlaces.secrets, from, to);
  await reseal(manager, PendingAuthorizationRow, 'sealed', sealPlaces.pending, from, to);
  await reseal(manager, PendingRevocationRow, 'secrets', sealPlaces.revocation, from, to);
  await writeKeyCheck(manager, to);
  await appendAuditEntry(manager, auditEntry(new Date(), commandLineActor(), 'key-rotated'));
}

async function reseal<Row extends ObjectLiteral & { id: number }>(
  manager: EntityManager,
  table: new () => Row,
  column: keyof Row & string,
  context: string,
  from: SecretBox,
  to: SecretBox,
): Promise<void> {
  for (const row of await manager.find(table)) {
    const sealed: unknown = row[column];
    if (typeof sealed !== 'string') continue;
    await manager.update(table, row.id, { [column]: to.seal(context, from.open(context, sealed)) } as never);
  }
}
