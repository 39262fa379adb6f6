import { DataSource, type EntityManager } from 'typeorm';
import { readSchemaState } from './read-schema-state.js';
import { SchemaVersionError } from './schema-version-error.js';
import { schema } from './schema.js';
import { runMigrations } from './run-migrations.js';
import { UpgradeError } from './upgrade-error.js';
import type { UpgradeMode } from './upgrade-mode.js';

const connectTimeoutMs = 5000;
const statementTimeoutMs = 15_000;
/** No transaction waits for anything but the database: one that does is of a process that was paused, and holds a lock. */
const idleInTransactionTimeoutMs = 5000;
/** Any number that other users of the database do not take: one process at a time brings the schema up. */
const migrationLock = 0x504f534c;

/** The PostgreSQL database cannot be used; the message names the cure. */
export class DatabaseServerError extends Error {
  readonly code = 'database-server-unusable';

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `The database of DATABASE_URL cannot be used (${reason}): check host, port, user, password and database, and that ` +
        'this user may create tables in it.',
      { cause },
    );
    this.name = 'DatabaseServerError';
  }
}

/**
 * Opens the database and brings it to the present schema; a copy of it is for others to make.
 * @throws DatabaseServerError, SchemaVersionError if a newer version has written it, UpgradeError
 */
export async function openPostgres(url: string, upgrade: UpgradeMode): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    applicationName: 'pos-licensing',
    connectTimeoutMS: connectTimeoutMs,
    extra: {
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
      max: 4,
    },
    // A connection that breaks while idle is replaced when it is next needed.
    poolErrorHandler: () => undefined,
    ...schema,
  });
  try {
    await dataSource.initialize();
    await reachPresentSchema(dataSource, upgrade);
    return dataSource;
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw error instanceof SchemaVersionError || error instanceof UpgradeError
      ? error
      : new DatabaseServerError(error);
  }
}

async function reachPresentSchema(dataSource: DataSource, upgrade: UpgradeMode): Promise<void> {
  const { pending, unknown } = await readSchemaState(dataSource);
  if (unknown.length > 0) throw SchemaVersionError.newer(unknown);
  if (pending.length === 0) return;
  if (upgrade === 'never') throw SchemaVersionError.older();
  await migrateAlone(dataSource);
}

/** Replicas that start together would otherwise create the same tables. */
async function migrateAlone(dataSource: DataSource): Promise<void> {
  await dataSource.transaction(async (manager: EntityManager) => {
    // Its connection only waits meanwhile, for as long as an upgrade takes.
    await manager.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    await manager.query('SET LOCAL statement_timeout = 0');
    await manager.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
    await runMigrations(dataSource);
  });
}
