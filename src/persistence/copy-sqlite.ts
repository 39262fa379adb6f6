import { closeSync, openSync, rmSync } from 'node:fs';
import type { EntityManager } from 'typeorm';
import { checkSqliteFile } from './check-sqlite-file.js';
import { syncFile } from './sync-file.js';

/**
 * Writes a copy of an open SQLite database to a new file that only its owner can read. Syncs and verifies it before it
 * resolves; a failed copy leaves no file.
 */
export async function copySqlite(manager: EntityManager, path: string): Promise<void> {
  // Created here because SQLite would make it readable for everyone. It accepts an existing empty file.
  closeSync(openSync(path, 'wx', 0o600));
  try {
    await manager.query('VACUUM INTO ?', [path]);
    await syncFile(path);
    checkSqliteFile(path);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}
