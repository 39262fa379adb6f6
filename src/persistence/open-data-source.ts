import type { DataSource } from 'typeorm';
import type { DatabaseSettings } from '../config/settings.js';
import { openPostgres } from './open-postgres.js';
import { openSqlite } from './open-sqlite.js';
import type { UpgradeMode } from './upgrade-mode.js';

/** Opens the configured database with the current schema. */
export function openDataSource(
  database: DatabaseSettings,
  upgrade: UpgradeMode = 'with-copy',
): Promise<DataSource> {
  return database.kind === 'postgres'
    ? openPostgres(database.url, upgrade)
    : openSqlite(database.path, upgrade);
}
