import { openPostgres } from '../../src/persistence/open-postgres.js';
import { createDatabase } from './create-database.js';

let template: Promise<string> | undefined;

/**
 * Creates a PostgreSQL database with the current schema, as a copy of one that a worker migrates once. Resolves to its
 * URL.
 */
export async function createMigratedDatabase(): Promise<string> {
  template ??= makeTemplate();
  return createDatabase(await template);
}

async function makeTemplate(): Promise<string> {
  const url = await createDatabase();
  const dataSource = await openPostgres(url, 'with-copy');
  await dataSource.destroy();
  return new URL(url).pathname.slice(1);
}
