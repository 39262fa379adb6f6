import { existsSync, renameSync } from 'node:fs';
import type { EntityManager } from 'typeorm';
import type { Settings } from '../config/settings.js';
import type { Database } from './database.js';
import { encryptionKeyPaths, loadEncryptionKey, readEncryptionKey } from './encryption-key.js';
import { KeyValueRow } from './entities/key-value.entity.js';
import { SecretBox, UnsealError } from './secret-box.js';

/** The name of an encrypted known value, which reveals a wrong key before anything is written with it. */
export const keyCheckName = 'encryption-key-check';
const checkPlace = `setting.${keyCheckName}`;

/** Returns the secret box of the database after checking its key. @throws UnsealError if the key is wrong */
export async function openSecretBox(settings: Settings, database: Database): Promise<SecretBox> {
  const box = new SecretBox(loadEncryptionKey(settings.encryptionKey, settings.dataDir));
  try {
    await database.transact((manager) => checkKey(manager, box));
    return box;
  } catch (error) {
    const { current, next } = encryptionKeyPaths(settings.dataDir);
    if (!(error instanceof UnsealError) || settings.encryptionKey !== null || !existsSync(next)) throw error;
    // A rotation was interrupted between its commit and the renaming of the key file.
    const rotated = new SecretBox(readEncryptionKey(next));
    await database.transact((manager) => checkKey(manager, rotated));
    renameSync(next, current);
    return rotated;
  }
}

/** Writes the check value with the key of a box. */
export async function writeKeyCheck(manager: EntityManager, box: SecretBox): Promise<void> {
  await manager.save(KeyValueRow, { name: keyCheckName, value: box.seal(checkPlace, keyCheckName) });
}

/** Returns whether a check value was encrypted with the key of a box. */
export function isKeyOf(sealed: string, box: SecretBox): boolean {
  try {
    box.open(checkPlace, sealed);
    return true;
  } catch (error) {
    if (error instanceof UnsealError) return false;
    throw error;
  }
}

async function checkKey(manager: EntityManager, box: SecretBox): Promise<void> {
  const row = await manager.findOneBy(KeyValueRow, { name: keyCheckName });
  if (row === null) await writeKeyCheck(manager, box);
  else box.open(checkPlace, row.value);
}
