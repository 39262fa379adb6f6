import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database as SqliteDatabase } from 'better-sqlite3';
import { DataSource } from 'typeorm';
import { backUpBeforeUpgrade } from './back-up-before-upgrade.js';
import { checkSqliteSchema } from './check-sqlite-schema.js';
import { DatabaseFileError } from './database-file-error.js';
import { assertPrivateFile } from './private-file.js';
import { readSchemaState } from './read-schema-state.js';
import { SchemaVersionError } from './schema-version-error.js';
import { schema } from './schema.js';
import { Sqlite } from './sqlite.js';
import { sqliteApplicationId } from './sqlite-application-id.js';
import { runMigrations } from './run-migrations.js';
import type { UpgradeMode } from './upgrade-mode.js';

const lockWaitMs = 2000;

/**
 * Opens the database file, or creates it, and upgrades its schema.
 * @throws DatabaseFileError if the file is foreign, corrupt, locked, read-only or cannot be created
 * @throws SchemaVersionError if a newer version has written it, AlteredSchemaError, UpgradeError
 */
export async function openSqlite(path: string, upgrade: UpgradeMode): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'better-sqlite3',
    driver: Sqlite,
    database: path,
    // A starting service waits for the previous process to end; a command fails immediately.
    timeout: upgrade === 'never' ? 0 : lockWaitMs,
    enableWAL: true,
    prepareDatabase: (database: SqliteDatabase) => prepare(database, path),
    ...schema,
  });
  try {
    if (upgrade === 'never' && !existsSync(path)) throw DatabaseFileError.missing(path);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Created here because SQLite would make it readable for everyone. Its other files get the same mode.
    closeSync(openSync(path, 'a', 0o600));
    assertPrivateFile(path);
    await dataSource.initialize();
    await reachPresentSchema(dataSource, path, upgrade);
    return dataSource;
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw DatabaseFileError.from(error, path);
  }
}

function prepare(database: SqliteDatabase, path: string): void {
  // Functions in a schema that another program changed must not run before it is checked, or later.
  database.pragma('trusted_schema = OFF');
  // Only one process may use the file. The lock ends with the process, even after a crash.
  database.pragma('locking_mode = EXCLUSIVE');
  database.exec('BEGIN EXCLUSIVE; COMMIT');
  const owner = database.pragma('application_id', { simple: true });
  const tables = database.prepare('SELECT count(*) FROM sqlite_master').pluck().get();
  if (owner !== sqliteApplicationId) {
    if (tables !== 0) throw DatabaseFileError.foreign(path);
    database.pragma(`application_id = ${sqliteApplicationId}`);
  }
  if (database.pragma('quick_check(1)', { simple: true }) !== 'ok') throw DatabaseFileError.corrupt(path);
  // In WAL mode the default may lose the last commits in a power failure. FULL syncs each commit; Database.transact can
  // relax this.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
}

async function reachPresentSchema(dataSource: DataSource, path: string, upgrade: UpgradeMode): Promise<void> {
  const { isNew, run, pending, unknown } = await readSchemaState(dataSource);
  if (unknown.length > 0) throw SchemaVersionError.newer(unknown);
  if (!isNew) await checkSqliteSchema(dataSource, run);
  const [first] = pending;
  if (first === undefined) return;
  if (upgrade === 'never') throw SchemaVersionError.older();
  if (!isNew && upgrade === 'with-copy') await backUpBeforeUpgrade(dataSource.manager, path, first);
  await runMigrations(dataSource);
}
