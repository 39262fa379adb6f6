import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Settings } from '../config/settings.js';
import { BackupTagError, stripBackupTag } from './backup-tag.js';
import { DatabaseFileError } from './database-file-error.js';
import { Database } from './database.js';
import { decodeEncryptionKey, encryptionKeyPaths, newEncryptionKey } from './encryption-key.js';
import { openSqlite } from './open-sqlite.js';
import { readOrCreatePrivateFile } from './private-file.js';
import { SecretBox } from './secret-box.js';
import { quarantineRestoredDatabase, type SettleOptions } from './quarantine-restored-database.js';
import { Sqlite } from './sqlite.js';

/** Files exist where the backup would be restored. */
export class TargetNotEmptyError extends Error {
  readonly code = 'target-not-empty';

  constructor(paths: readonly string[]) {
    super(
      `Nothing was restored because there is already ${paths.join(', ')}: set another DATA_DIR, or add --force, which ` +
        'renames these files.',
    );
    this.name = 'TargetNotEmptyError';
  }
}

export interface RestoreOptions extends Omit<SettleOptions, 'hasKey' | 'isAuthenticated'> {
  readonly backupPath: string;
  /** The key of the backup in base64, or `null` if it is lost and its secrets are discarded. */
  readonly key: string | null;
  readonly isForced: boolean;
  /** Whether a backup without an authentication code is restored too. */
  readonly isUnauthenticatedAllowed: boolean;
}

/**
 * Restores a verified backup to the configured path. It gets its final name only after its preparation, so that no
 * service can start on it before. Resolves to the new paths of the replaced files.
 * @throws TargetNotEmptyError, BackupTagError, AlteredSchemaError, DatabaseFileError if a service uses the existing database
 */
export async function restoreSqlite(
  settings: Settings,
  path: string,
  { isForced, ...options }: RestoreOptions,
): Promise<string[]> {
  const { current, next } = encryptionKeyPaths(settings.dataDir);
  const places = [path, `${path}-wal`, current, next];
  const present = places.filter((place) => existsSync(place));
  if (present.length > 0 && !isForced) throw new TargetNotEmptyError(present);
  assertUnlocked(path);
  const keyText = options.key ?? settings.encryptionKey ?? newEncryptionKey();
  const draft = await prepareDraft(settings, path, keyText, options);
  const replaced = setAside(present, path);
  if (settings.encryptionKey === null) readOrCreatePrivateFile(current, () => keyText);
  renameSync(draft, path);
  return replaced;
}

async function prepareDraft(
  settings: Settings,
  path: string,
  keyText: string,
  { backupPath, key, isUnauthenticatedAllowed, ...options }: Omit<RestoreOptions, 'isForced'>,
): Promise<string> {
  const draft = `${path}.draft`;
  mkdirSync(settings.dataDir, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  for (const leftover of filesOf(draft)) rmSync(leftover, { force: true });
  copyFileSync(backupPath, draft);
  chmodSync(draft, 0o600);
  try {
    const box = new SecretBox(decodeEncryptionKey(keyText, 'The key of the backup'));
    // The copy is checked, because another program can still change the backup.
    const isAuthenticated = await stripBackupTag(draft, backupPath, key === null ? null : box);
    if (key !== null && !isAuthenticated && !isUnauthenticatedAllowed)
      throw BackupTagError.absent(backupPath);
    const settle = { ...options, hasKey: key !== null, isAuthenticated };
    await quarantineDraft(settings, draft, box, settle);
    return draft;
  } catch (error) {
    for (const leftover of filesOf(draft)) rmSync(leftover, { force: true });
    throw error;
  }
}

async function quarantineDraft(
  settings: Settings,
  draft: string,
  box: SecretBox,
  options: SettleOptions,
): Promise<void> {
  const database = new Database(await openSqlite(draft, 'without-copy'));
  try {
    await quarantineRestoredDatabase(database, box, settings, options);
  } finally {
    await database.close();
  }
}

function filesOf(path: string): string[] {
  return [path, `${path}-wal`, `${path}-shm`];
}

/** Fails only for a database in use: a damaged one may be replaced. */
function assertUnlocked(path: string): void {
  if (!existsSync(path)) return;
  try {
    const database = new Sqlite(path, { timeout: 0 });
    try {
      database.exec('BEGIN EXCLUSIVE; ROLLBACK');
    } finally {
      database.close();
    }
  } catch (error) {
    const explained = DatabaseFileError.from(error, path);
    if (explained instanceof DatabaseFileError && explained.code === 'database-locked') throw explained;
  }
}

/** Returns the end of the new name of a file that a restore replaces. */
export function replacedSuffix(): string {
  return `.replaced-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
}

function setAside(places: readonly string[], path: string): string[] {
  const suffix = replacedSuffix();
  return places.map((place) => {
    // SQLite finds the log of a database by its name.
    const aside = place === `${path}-wal` ? `${path}${suffix}-wal` : `${place}${suffix}`;
    renameSync(place, aside);
    return aside;
  });
}
