import type { Settings } from '../../config/settings.js';
import { AlteredSchemaError } from '../../persistence/altered-schema-error.js';
import { Database } from '../../persistence/database.js';
import { DatabaseFileError } from '../../persistence/database-file-error.js';
import { DatabaseServerError } from '../../persistence/open-postgres.js';
import { openDataSource } from '../../persistence/open-data-source.js';
import { ExposedFileError } from '../../persistence/private-file.js';
import { SchemaVersionError } from '../../persistence/schema-version-error.js';
import { verifyAuditTrail } from '../../persistence/audit/verify-audit-trail.js';
import { checkEncryptionKey, checkKeyFile } from './check-encryption-key.js';
import { checkStoredAdminToken } from './check-stored-admin-token.js';
import { fail, type Finding, ok, skip, warn } from './finding.js';

const check = 'database';

/** Checks that the database can be used and that its content is consistent. Does not write to it. */
export async function checkDatabase(settings: Settings, isServiceRunning: boolean): Promise<Finding[]> {
  let database: Database;
  try {
    database = new Database(await openDataSource(settings.database, 'never'));
  } catch (error) {
    return [checkOpening(error, isServiceRunning), ...checkKeyFile(settings)];
  }
  try {
    return await checkContent(settings, database);
  } finally {
    await database.close();
  }
}

async function checkContent(settings: Settings, database: Database): Promise<Finding[]> {
  return [
    await checkIntegrity(settings, database),
    await checkEncryptionKey(settings, database),
    ...(await checkStoredAdminToken(settings, database)),
    await checkAuditTrail(database),
  ];
}

async function checkIntegrity({ database: { kind } }: Settings, database: Database): Promise<Finding> {
  if (kind === 'postgres') return ok(check, 'The PostgreSQL database answers and its schema is up to date.');
  const rows = await database.read((manager) =>
    manager.query<{ integrity_check: string }[]>('PRAGMA integrity_check(1)'),
  );
  if (rows[0]?.integrity_check === 'ok')
    return ok(check, 'The database is intact and its schema is up to date.');
  return fail(check, 'The database is damaged.', damageRemedy);
}

const damageRemedy =
  'Move it away and restore a backup (pos-licensing restore), or acquire the license again.';

async function checkAuditTrail(database: Database): Promise<Finding> {
  const { isIntact, entryCount, faults } = await verifyAuditTrail(database, null);
  if (isIntact) return ok('audit-trail', `The audit trail is intact: ${entryCount} entries.`);
  const remedy =
    'Find out who had write access to the database. pos-licensing audit --verify lists all faults.';
  return fail('audit-trail', faults[0]?.message ?? 'The audit trail is not intact.', remedy);
}

function checkOpening(error: unknown, isServiceRunning: boolean): Finding {
  if (error instanceof SchemaVersionError) {
    return error.code === 'database-older'
      ? warn(
          check,
          'The database has an older schema.',
          'The next start of the service upgrades it, after copying an SQLite file.',
        )
      : fail(check, error.message, 'Start that version, or restore a backup from before the upgrade.');
  }
  if (error instanceof ExposedFileError)
    return skip(check, 'Not checked: other users can read it, see files.');
  if (error instanceof AlteredSchemaError)
    return fail(
      check,
      error.message,
      'Find out who had write access to the database. Restore a backup that you trust.',
    );
  if (error instanceof DatabaseServerError)
    return fail(check, error.message, 'Check DATABASE_URL, and that the server is running.');
  if (!(error instanceof DatabaseFileError)) throw error;
  switch (error.code) {
    case 'database-locked':
      return isServiceRunning
        ? ok(check, 'In use by the running service, which checked it when it started.')
        : fail(
            check,
            'Another process has the database open, but the service does not answer.',
            'Check PORT or --url; stop a hanging process, or a second service with this DATA_DIR.',
          );
    case 'database-missing':
      return warn(
        check,
        error.message,
        'The first start creates it; otherwise check DATA_DIR and DATABASE_URL.',
      );
    case 'database-foreign':
      return fail(check, error.message, 'Change DATABASE_URL or DATA_DIR.');
    case 'database-corrupt':
      return fail(check, error.message, damageRemedy);
    case 'database-read-only':
    case 'database-unusable':
      return fail(check, error.message, 'See files and disk.');
  }
}
