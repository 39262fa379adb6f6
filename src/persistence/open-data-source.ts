import type { DataSource } from 'typeorm';
import type { DatabaseSettings } from '../config/settings.js';
import { openPostgres } from './open-postgres.js';
import { openSqlite } from './open-sqlite.js';

/**
 * Opens the configured database, at the present schema.
 * @param isUpgrading false: it must be there, at the present schema, and is not brought to it
 */
export function openDataSource(database: DatabaseSettings, isUpgrading = true): Promise<DataSource> {
  return database.kind === 'postgres'
    ? openPostgres(database.url, isUpgrading)
    : openSqlite(database.path, isUpgrading);
}
