import type { DataSource } from 'typeorm';
import type { DatabaseSettings } from '../config/settings.js';
import { openPostgres } from './open-postgres.js';
import { openSqlite } from './open-sqlite.js';

/** Opens the configured database, at the present schema. */
export function openDataSource(database: DatabaseSettings): Promise<DataSource> {
  return database.kind === 'postgres' ? openPostgres(database.url) : openSqlite(database.path);
}
