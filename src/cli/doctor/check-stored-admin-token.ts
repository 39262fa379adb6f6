import { existsSync, readFileSync } from 'node:fs';
import { adminTokenPath, adminTokenSetting, hashAdminToken } from '../../admin/admin-token.js';
import type { Settings } from '../../config/settings.js';
import type { Database } from '../../persistence/database.js';
import { KeyValueRow } from '../../persistence/entities/key-value.entity.js';
import { fail, type Finding, ok, skip } from './finding.js';

const check = 'admin-token';

/** Whether the admin token in the data folder is the one that the database knows, while no service runs. */
export async function checkStoredAdminToken(
  { adminToken, dataDir }: Settings,
  database: Database,
): Promise<Finding[]> {
  if (adminToken !== null) return [ok(check, 'The admin token is a setting.')];
  const row = await database.read((manager) => manager.findOneBy(KeyValueRow, { name: adminTokenSetting }));
  const path = adminTokenPath(dataDir);
  if (row === null) return [skip(check, 'No admin token was made yet: the first start does.')];
  if (!existsSync(path)) return [skip(check, `There is no ${path}: somebody keeps the token elsewhere.`)];
  const isRight = hashAdminToken(readFileSync(path, 'utf8').trim()).toString('hex') === row.value;
  if (isRight) return [ok(check, 'The admin token in the data folder is the one that counts.')];
  return [
    fail(
      check,
      `The token in ${path} is not the one that counts.`,
      'If nobody knows that one: pos-licensing reset-admin-token.',
    ),
  ];
}
