import { decodeEncryptionKey } from './encryption-key.js';
import { isKeyOf, keyCheckName } from './open-secret-box.js';
import { SecretBox } from './secret-box.js';
import { Sqlite } from './sqlite.js';

/** Returns whether a key decrypts the secrets in a backup. A backup without secrets matches every key. */
export function keyMatchesBackup(path: string, key: string): boolean {
  const database = new Sqlite(path, { readonly: true, fileMustExist: true });
  try {
    database.pragma('trusted_schema = OFF');
    const sealed = database.prepare('SELECT value FROM setting WHERE name = ?').pluck().get(keyCheckName);
    return typeof sealed !== 'string' || isKeyOf(sealed, new SecretBox(decodeEncryptionKey(key, 'The key')));
  } finally {
    database.close();
  }
}
