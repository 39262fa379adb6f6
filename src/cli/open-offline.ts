import type { Settings } from '../config/settings.js';
import { Database } from '../persistence/database.js';
import { DatabaseFileError } from '../persistence/database-file-error.js';
import { openDataSource } from '../persistence/open-data-source.js';
import type { UpgradeMode } from '../persistence/upgrade-mode.js';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';

/** Opens the database of a stopped service, runs `work` and closes it. Fails on an older schema unless `upgrade` permits it. */
export async function withDatabase<T>(
  settings: Settings,
  work: (database: Database) => Promise<T>,
  upgrade: UpgradeMode = 'never',
): Promise<T> {
  const database = await openUnused(settings, upgrade);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function openUnused(settings: Settings, upgrade: UpgradeMode): Promise<Database> {
  try {
    return new Database(await openDataSource(settings.database, upgrade));
  } catch (error) {
    if (!(error instanceof DatabaseFileError) || error.code !== 'database-locked') throw error;
    throw new CommandError(
      'service-running',
      `${error.message} If the service is running, set its address with --url, or HOST and PORT.`,
      exitCodes.service,
    );
  }
}
