import type { Database as SqliteDatabase } from 'better-sqlite3';
import type { DataSource, QueryRunner } from 'typeorm';

/** Two fields of TypeORM's driver: the connection and TypeORM's state of it. */
interface SqliteDriver {
  readonly databaseConnection: SqliteDatabase;
  queryRunner?: QueryRunner | undefined;
}

/**
 * Resets the SQLite connection after a failed transaction. SQLite may already have rolled it back, for example on a full
 * disk. TypeORM's own ROLLBACK then fails, and TypeORM believes that the transaction is still open. The next failing
 * transaction would stay open, and later "commits" would be lost when the process ends.
 */
export function endFailedTransaction({ options, driver }: DataSource): void {
  if (options.type !== 'better-sqlite3') return;
  const sqlite = driver as unknown as SqliteDriver;
  if (sqlite.databaseConnection.inTransaction) sqlite.databaseConnection.exec('ROLLBACK');
  sqlite.queryRunner = undefined;
}
