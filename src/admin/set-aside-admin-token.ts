import { existsSync, renameSync } from 'node:fs';
import type { Settings } from '../config/settings.js';
import type { Database } from '../persistence/database.js';
import { KeyValueRow } from '../persistence/entities/key-value.entity.js';
import { readPrivateFile } from '../persistence/private-file.js';
import { replacedSuffix } from '../persistence/restore-sqlite.js';
import { adminTokenPath, adminTokenSetting, hashAdminToken } from './admin-token.js';

/**
 * Renames the file of the generated admin token unless the token fits the database, as after a restore from another server.
 * Resolves to the new path, or `null` if there is no such file or it stays.
 */
export async function setAsideAdminToken({ dataDir }: Settings, database: Database): Promise<string | null> {
  const path = adminTokenPath(dataDir);
  if (!existsSync(path)) return null;
  const row = await database.read((manager) => manager.findOneBy(KeyValueRow, { name: adminTokenSetting }));
  // A database without a hash takes the token of the file at the next start.
  if (row === null || row.value === hashAdminToken(readPrivateFile(path)).toString('hex')) return null;
  const aside = `${path}${replacedSuffix()}`;
  renameSync(path, aside);
  return aside;
}
