import type { DataSource } from 'typeorm';
import type { DatabaseSettings } from '../config/settings.js';
import { openSqlite } from './open-sqlite.js';
import type { UpgradeMode } from './upgrade-mode.js';

/** Opens the configured database with the current schema. */
export async function openDataSource(
  database: DatabaseSettings,
  upgrade: UpgradeMode = 'with-copy',
): Promise<DataSource> {
  if (database.kind === 'sqlite') return openSqlite(database.path, upgrade);
  // Most servers use SQLite, and do not load the driver of PostgreSQL.
  const { openPostgres } = await import('./open-postgres.js');
  return openPostgres(database.url, upgrade);
}
