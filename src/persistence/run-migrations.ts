import type { DataSource } from 'typeorm';
import { UpgradeError } from './upgrade-error.js';

/** Brings a database to the present schema, or leaves it as it is. @throws UpgradeError */
export async function runMigrations(dataSource: DataSource): Promise<void> {
  try {
    await dataSource.runMigrations();
  } catch (error) {
    throw new UpgradeError(error);
  }
}
