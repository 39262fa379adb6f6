import { existsSync } from 'node:fs';
import type { Settings } from '../../config/settings.js';
import type { Database } from '../../persistence/database.js';
import {
  decodeEncryptionKey,
  encryptionKeyPaths,
  InvalidEncryptionKeyError,
  readEncryptionKey,
} from '../../persistence/encryption-key.js';
import { KeyValueRow } from '../../persistence/entities/key-value.entity.js';
import { isKeyOf, keyCheckName } from '../../persistence/open-secret-box.js';
import { ExposedFileError } from '../../persistence/private-file.js';
import { SecretBox } from '../../persistence/secret-box.js';
import { fail, type Finding, ok, skip } from './finding.js';

const check = 'encryption-key';
const remedy =
  'Put the key back that the database was written with, from its backup (<file>.key); if it is lost: pos-licensing restore ' +
  '<backup> --without-key, then acquire the license anew.';

/** Whether the key opens the secrets of the database. */
export async function checkEncryptionKey(settings: Settings, database: Database): Promise<Finding> {
  const row = await database.read((manager) => manager.findOneBy(KeyValueRow, { name: keyCheckName }));
  if (row === null) return ok(check, 'Nothing is sealed yet.');
  const fault = checkKeyFile(settings)[0];
  if (fault !== undefined) return fault;
  if (isKeyOf(row.value, new SecretBox(readKey(settings))))
    return ok(check, 'The key opens the secrets of the database.');
  // A rotation that was cut short is completed by the next start.
  const { next } = encryptionKeyPaths(settings.dataDir);
  if (settings.encryptionKey === null && existsSync(next))
    return ok(check, 'A rotation of the key waits for the next start.');
  return fail(check, 'The key is not that of the database.', remedy);
}

/** What can be told of the key without the database; nothing if all is well. */
export function checkKeyFile(settings: Settings): Finding[] {
  const { current } = encryptionKeyPaths(settings.dataDir);
  if (settings.encryptionKey === null && !existsSync(current)) {
    return isNeeded(settings) ? [fail(check, `There is no ${current}.`, remedy)] : [];
  }
  try {
    readKey(settings);
    return [];
  } catch (error) {
    if (error instanceof ExposedFileError) return [skip(check, 'Not read, as other users can: see files.')];
    if (error instanceof InvalidEncryptionKeyError) return [fail(check, error.message, remedy)];
    throw error;
  }
}

function isNeeded({ database }: Settings): boolean {
  return database.kind === 'postgres' || existsSync(database.path);
}

function readKey({ encryptionKey, dataDir }: Settings): Buffer {
  return encryptionKey === null
    ? readEncryptionKey(encryptionKeyPaths(dataDir).current)
    : decodeEncryptionKey(encryptionKey, 'ENCRYPTION_KEY');
}
