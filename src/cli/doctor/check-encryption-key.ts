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
  'Put back the key of this database from its backup (<file>.key). If it is lost, run pos-licensing restore ' +
  '<backup> --without-key, then acquire the license again.';

/** Checks that the key decrypts the secrets in the database. */
export async function checkEncryptionKey(settings: Settings, database: Database): Promise<Finding> {
  const row = await database.read((manager) => manager.findOneBy(KeyValueRow, { name: keyCheckName }));
  if (row === null) return ok(check, 'Nothing is encrypted yet.');
  const fault = checkKeyFile(settings)[0];
  if (fault !== undefined) return fault;
  if (isKeyOf(row.value, new SecretBox(readKey(settings))))
    return ok(check, 'The key decrypts the secrets in the database.');
  // The next start completes an interrupted rotation.
  const { next } = encryptionKeyPaths(settings.dataDir);
  if (settings.encryptionKey === null && existsSync(next))
    return ok(check, 'The next start completes a rotation of the key.');
  return fail(check, 'The key does not match the database.', remedy);
}

/** Checks the key without the database. Returns nothing if it is valid. */
export function checkKeyFile(settings: Settings): Finding[] {
  const { current } = encryptionKeyPaths(settings.dataDir);
  if (settings.encryptionKey === null && !existsSync(current)) {
    return isNeeded(settings) ? [fail(check, `There is no ${current}.`, remedy)] : [];
  }
  try {
    readKey(settings);
    return [];
  } catch (error) {
    if (error instanceof ExposedFileError)
      return [skip(check, 'Not checked: other users can read the key file, see files.')];
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
