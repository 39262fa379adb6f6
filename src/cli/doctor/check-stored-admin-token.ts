import { existsSync, readFileSync } from 'node:fs';
import { adminTokenPath, adminTokenSetting, hashAdminToken } from '../../admin/admin-token.js';
import type { Settings } from '../../config/settings.js';
import type { Database } from '../../persistence/database.js';
import { KeyValueRow } from '../../persistence/entities/key-value.entity.js';
import { fail, type Finding, ok, skip } from './finding.js';

const check = 'admin-token';

/** Compares the admin token in the data folder with the hash in the database, while the service is not running. */
export async function checkStoredAdminToken(
  { adminToken, dataDir }: Settings,
  database: Database,
): Promise<Finding[]> {
  if (adminToken !== null) return [ok(check, 'The admin token is set in ADMIN_TOKEN.')];
  const row = await database.read((manager) => manager.findOneBy(KeyValueRow, { name: adminTokenSetting }));
  const path = adminTokenPath(dataDir);
  if (row === null) return [skip(check, 'There is no admin token yet: the first start creates it.')];
  if (!existsSync(path)) return [skip(check, `Not checked: there is no ${path}.`)];
  const isRight = hashAdminToken(readFileSync(path, 'utf8').trim()).toString('hex') === row.value;
  if (isRight) return [ok(check, 'The admin token in the data folder matches the database.')];
  return [
    fail(
      check,
      `The admin token in ${path} does not match the database.`,
      'If the valid token is lost, run pos-licensing reset-admin-token.',
    ),
  ];
}
