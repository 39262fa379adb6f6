import { DataSource, type EntityManager } from 'typeorm';
import { AlteredSchemaError } from './altered-schema-error.js';
import { checkPostgresSchema } from './check-postgres-schema.js';
import { boundedClient } from './bounded-client.js';
import { readSchemaState } from './read-schema-state.js';
import { SchemaVersionError } from './schema-version-error.js';
import { schema } from './schema.js';
import { runMigrations } from './run-migrations.js';
import { UpgradeError } from './upgrade-error.js';
import type { UpgradeMode } from './upgrade-mode.js';

const connectTimeoutMs = 5000;
/** Limits for a service at work; an upgrade of the schema may take longer. */
const limits = {
  /** A server that answers ends a slow statement itself, before `query_timeout` closes the connections. */
  statement_timeout: 4500,
  query_timeout: 5000,
  /** A transaction that idles longer belongs to a paused process and holds a lock for which others wait. */
  idle_in_transaction_session_timeout: 3000,
};
/** An arbitrary number for the advisory lock of migrations. */
const migrationLock = 0x504f534c;

/** How PgBouncer refuses one. */
const unsupported = 'unsupported startup parameter';

const ownErrors = [SchemaVersionError, AlteredSchemaError, UpgradeError];

/** The PostgreSQL database cannot be used; the message names the remedy. */
export class DatabaseServerError extends Error {
  readonly code = 'database-server-unusable';

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const isPooled = reason.includes(unsupported);
    super(
      isPooled
        ? `DATABASE_URL names a connection pooler (${reason}): use the address of PostgreSQL itself. This service keeps at ` +
            'most 5 connections and needs notifications, which a pooler in transaction mode does not deliver.'
        : `The database of DATABASE_URL cannot be used (${reason}): check host, port, user, password and database, and that ` +
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
  const dataSource = createDataSource(url, limits);
  try {
    await dataSource.initialize();
    await assertDirect(dataSource);
    const { isNew, pending, unknown } = await readSchemaState(dataSource);
    if (unknown.length > 0) throw SchemaVersionError.newer(unknown);
    if (!isNew) await checkPostgresSchema(dataSource.manager, pending.length === 0);
    if (pending.length > 0 && upgrade === 'never') throw SchemaVersionError.older();
    if (pending.length > 0) await migrateAlone(url);
    return dataSource;
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw ownErrors.some((own) => error instanceof own) ? error : new DatabaseServerError(error);
  }
}

/** @throws if a pooler ignores start parameters, and with them the limits of this service */
async function assertDirect(dataSource: DataSource): Promise<void> {
  const [row] = await dataSource.query<{ value: string }[]>(
    "SELECT current_setting('statement_timeout') AS value",
  );
  if (row?.value !== `${limits.statement_timeout}ms`) throw new Error(`${unsupported}: it was ignored`);
}

function createDataSource(url: string, extra: Readonly<Record<string, number>>): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    applicationName: 'pos-licensing',
    connectTimeoutMS: connectTimeoutMs,
    extra: { ...extra, Client: boundedClient(), keepAlive: true, max: 4 },
    // The pool replaces a broken idle connection when it is needed.
    poolErrorHandler: () => undefined,
    ...schema,
  });
}

/** The lock prevents replicas that start together from creating the same tables. */
async function migrateAlone(url: string): Promise<void> {
  const dataSource = await createDataSource(url, {}).initialize();
  try {
    await dataSource.transaction(async (manager: EntityManager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
      await runMigrations(dataSource);
    });
  } finally {
    await dataSource.destroy();
  }
}
