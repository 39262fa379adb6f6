import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import type { EntityManager } from 'typeorm';
import { checkSqliteFile } from './check-sqlite-file.js';

/**
 * Writes a copy of an open SQLite database, as of this moment, to a new file that only its owner can read. It is on the
 * disk and was read again from end to end when this resolves; a copy that failed leaves no file.
 */
export async function copySqlite(manager: EntityManager, path: string): Promise<void> {
  // SQLite would make it readable for everybody; it takes a file that is there if it is empty.
  closeSync(openSync(path, 'wx', 0o600));
  try {
    await manager.query('VACUUM INTO ?', [path]);
    flush(path);
    checkSqliteFile(path);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

function flush(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
