import type { DataSource } from 'typeorm';
import { UpgradeError } from './upgrade-error.js';

/** Upgrades the schema of a database, or leaves it unchanged. @throws UpgradeError */
export async function runMigrations(dataSource: DataSource): Promise<void> {
  try {
    await dataSource.runMigrations();
  } catch (error) {
    throw new UpgradeError(error);
  }
}
