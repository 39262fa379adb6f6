import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Database, Statement } from 'better-sqlite3';
import { schema, upgrades } from './schema.js';
import { Sqlite } from './sqlite.js';

const fileName = 'mock-auth-server.sqlite';
/** Marks the file as a database of this server, so that it never writes to a foreign database. */
const applicationId = 0x6d_6f_63_6b;
const schemaVersion = upgrades.length + 1;

class DatabaseUnusableError extends Error {
  readonly code = 'database-unusable';
}

/** Opens the database file in the data folder, and creates its tables at the first start. */
export function openDatabase(dataDir: string): Database {
  const path = join(dataDir, fileName);
  const database = open(dataDir, path);
  try {
    prepare(database, path);
    cacheStatements(database);
    return database;
  } catch (error) {
    database.close();
    if (error instanceof DatabaseUnusableError) throw error;
    throw unusable(path, error);
  }
}

function open(dataDir: string, path: string): Database {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // The file contains the private signing keys: only its owner may read it, and SQLite's -wal file gets its mode.
    closeSync(openSync(path, 'a', 0o600));
    return new Sqlite(path);
  } catch (error) {
    throw unusable(path, error);
  }
}

function prepare(database: Database, path: string): void {
  // Checked first, because setting the journal mode already writes to the file.
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (!isEmpty) refuseForeign(database, path);
  // NORMAL does not wait for the disk. A kill of this process loses nothing, but a power cut may undo the last rotations
  // of refresh tokens. This is acceptable for a mock: the licenses can be acquired again.
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  if (isEmpty) {
    database.transaction(() => {
      database.exec(schema);
      database.pragma(`application_id = ${applicationId}`);
      database.pragma(`user_version = ${schemaVersion}`);
    })();
  } else if (readVersion(database) < schemaVersion) upgrade(database);
}

/** Brings a database of an earlier version to the current one, whole or not at all. */
function upgrade(database: Database): void {
  database
    .transaction(() => {
      for (const statement of upgrades.slice(readVersion(database) - 1)) database.exec(statement);
      database.pragma(`user_version = ${schemaVersion}`);
    })
    .immediate();
}

function readVersion(database: Database): number {
  return database.pragma('user_version', { simple: true }) as number;
}

/** Compiles each statement once, because every request uses the same few. */
function cacheStatements(database: Database): void {
  const compile = database.prepare.bind(database);
  const kept = new Map<string, Statement>();
  database.prepare = ((source: string) => {
    const statement = kept.get(source) ?? compile(source);
    kept.set(source, statement);
    return statement;
  }) as typeof compile;
}

function refuseForeign(database: Database, path: string): void {
  const isOwn = database.pragma('application_id', { simple: true }) === applicationId;
  const version = readVersion(database);
  if (isOwn && version >= 1 && version <= schemaVersion) return;
  throw new DatabaseUnusableError(
    `${path} is not a database of this or an earlier version of the mock Authorization server: move it away, or set another DATA_DIR`,
  );
}

function unusable(path: string, cause: unknown): DatabaseUnusableError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DatabaseUnusableError(
    `cannot use the database ${path} (${reason}): check that DATA_DIR is a writable folder, or move the file away`,
    { cause },
  );
}
