import type { Database as SqliteDatabase } from 'better-sqlite3';
import type { DataSource, QueryRunner } from 'typeorm';

/** The two fields of TypeORM's driver that hold the one connection, and what TypeORM believes of it. */
interface SqliteDriver {
  readonly databaseConnection: SqliteDatabase;
  queryRunner?: QueryRunner | undefined;
}

/**
 * Makes the one connection of an SQLite file fit for the next transaction. SQLite may have taken a failed one back by
 * itself, as on a full disk. TypeORM's own ROLLBACK then fails, and it goes on as if the transaction were open: the next
 * that fails leaves it open indeed, and whatever is "committed" from then on is gone with the process.
 */
export function endFailedTransaction({ options, driver }: DataSource): void {
  if (options.type !== 'better-sqlite3') return;
  const sqlite = driver as unknown as SqliteDriver;
  if (sqlite.databaseConnection.inTransaction) sqlite.databaseConnection.exec('ROLLBACK');
  sqlite.queryRunner = undefined;
}
