import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Database, Statement } from 'better-sqlite3';
import { schema } from './schema.js';
import { Sqlite } from './sqlite.js';

const fileName = 'mock-auth-server.sqlite';
/** Marks the file as this server's, so that a foreign database is never written to. */
const applicationId = 0x6d_6f_63_6b;
const schemaVersion = 1;

class DatabaseUnusableError extends Error {
  readonly code = 'database-unusable';
}

/** Opens the one database file in the data folder, and lays out its tables the first time. */
export function openDatabase(dataDir: string): Database {
  const path = join(dataDir, fileName);
  const database = open(dataDir, path);
  try {
    prepare(database, path);
    keepStatements(database);
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
    // The file holds the private signing keys: it is created for its owner alone, and SQLite's -wal file follows its mode.
    closeSync(openSync(path, 'a', 0o600));
    return new Sqlite(path);
  } catch (error) {
    throw unusable(path, error);
  }
}

function prepare(database: Database, path: string): void {
  // First of all, because already the journal mode is written into the file.
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (!isEmpty) refuseForeign(database, path);
  // NORMAL waits for no disk: a kill of this process loses nothing, while a power cut may take the last rotations of
  // refresh tokens back. This server is a stand-in, and whoever pulls its plug acquires the licenses anew.
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  if (isEmpty) {
    database.transaction(() => {
      database.exec(schema);
      database.pragma(`application_id = ${applicationId}`);
      database.pragma(`user_version = ${schemaVersion}`);
    })();
  }
}

/** Compiles each statement once: the same few come with every request. */
function keepStatements(database: Database): void {
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
  const isOfThisVersion = database.pragma('user_version', { simple: true }) === schemaVersion;
  if (isOwn && isOfThisVersion) return;
  throw new DatabaseUnusableError(
    `${path} is not a database of this version of the mock Authorization server: move it away, or name another DATA_DIR`,
  );
}

function unusable(path: string, cause: unknown): DatabaseUnusableError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DatabaseUnusableError(
    `cannot use the database ${path} (${reason}): check that DATA_DIR is a folder that can be written, or move the file away`,
    { cause },
  );
}
