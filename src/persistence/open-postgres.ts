import { DataSource, type EntityManager } from 'typeorm';
import { AlteredSchemaError } from './altered-schema-error.js';
import { checkPostgresSchema } from './check-postgres-schema.js';
import { readSchemaState } from './read-schema-state.js';
import { SchemaVersionError } from './schema-version-error.js';
import { schema } from './schema.js';
import { runMigrations } from './run-migrations.js';
import { UpgradeError } from './upgrade-error.js';
import type { UpgradeMode } from './upgrade-mode.js';

const connectTimeoutMs = 5000;
const statementTimeoutMs = 15_000;
/** A transaction that idles longer belongs to a paused process and holds a lock. */
const idleInTransactionTimeoutMs = 5000;
/** An arbitrary number for the advisory lock of migrations. */
const migrationLock = 0x504f534c;

const ownErrors = [SchemaVersionError, AlteredSchemaError, UpgradeError];

/** The PostgreSQL database cannot be used; the message names the remedy. */
export class DatabaseServerError extends Error {
  readonly code = 'database-server-unusable';

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `The database of DATABASE_URL cannot be used (${reason}): check host, port, user, password and database, and that ` +
        'this user may create tables.',
      { cause },
    );
    this.name = 'DatabaseServerError';
  }
}

/**
 * Opens the database and upgrades its schema, without a copy.
 * @throws DatabaseServerError, SchemaVersionError if a newer version has written it, AlteredSchemaError, UpgradeError
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
    // The pool replaces a broken idle connection when it is needed.
    poolErrorHandler: () => undefined,
    ...schema,
  });
  try {
    await dataSource.initialize();
    await reachPresentSchema(dataSource, upgrade);
    return dataSource;
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw ownErrors.some((own) => error instanceof own) ? error : new DatabaseServerError(error);
  }
}

async function reachPresentSchema(dataSource: DataSource, upgrade: UpgradeMode): Promise<void> {
  const { isNew, pending, unknown } = await readSchemaState(dataSource);
  if (unknown.length > 0) throw SchemaVersionError.newer(unknown);
  if (!isNew) await checkPostgresSchema(dataSource);
  if (pending.length === 0) return;
  if (upgrade === 'never') throw SchemaVersionError.older();
  await migrateAlone(dataSource);
}

/** The lock prevents replicas that start together from creating the same tables. */
async function migrateAlone(dataSource: DataSource): Promise<void> {
  await dataSource.transaction(async (manager: EntityManager) => {
    // This connection idles during the upgrade, which may take long.
    await manager.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    await manager.query('SET LOCAL statement_timeout = 0');
    await manager.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
    await runMigrations(dataSource);
  });
}
