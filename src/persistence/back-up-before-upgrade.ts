import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { EntityManager } from 'typeorm';
import { copySqlite } from './copy-sqlite.js';

const keptBackups = 3;

/**
 * Copies a database to a file next to it before migrations change it, and keeps the last three copies. A copy is named
 * after the first migration, so an upgrade that fails at every start creates only one.
 */
export async function backUpBeforeUpgrade(
  manager: EntityManager,
  path: string,
  firstMigration: string,
): Promise<void> {
  const prefix = `${path}.before-`;
  const draft = `${path}.draft`;
  rmSync(draft, { force: true });
  await copySqlite(manager, draft);
  renameSync(draft, `${prefix}${/\d+$/.exec(firstMigration)?.[0] ?? firstMigration}`);
  for (const old of listBackups(prefix).slice(0, -keptBackups)) rmSync(old);
}

/** Lists the copies, oldest first: their numbers are times. */
function listBackups(prefix: string): string[] {
  const folder = dirname(prefix);
  return readdirSync(folder)
    .filter((name) => name.startsWith(basename(prefix)))
    .toSorted()
    .map((name) => join(folder, name));
}
