import type { Settings } from '../../config/settings.js';
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

/** Whether the database can be used, and what is in it fits together. Nothing is written to it. */
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
  if (kind === 'postgres') return ok(check, 'The PostgreSQL database answers, at the present schema.');
  const rows = await database.read((manager) =>
    manager.query<{ integrity_check: string }[]>('PRAGMA integrity_check(1)'),
  );
  if (rows[0]?.integrity_check === 'ok') return ok(check, 'The database is whole, at the present schema.');
  return fail(check, 'The database is damaged.', damageCure);
}

const damageCure = 'Move it away and restore a backup (pos-licensing restore), or acquire the license anew.';

async function checkAuditTrail(database: Database): Promise<Finding> {
  const { isIntact, entryCount, faults } = await verifyAuditTrail(database, null);
  if (isIntact) return ok('audit-trail', `The audit trail is whole: ${entryCount} entries.`);
  const remedy =
    'Find out who could write to the database; pos-licensing audit --verify lists all that does not fit.';
  return fail('audit-trail', faults[0]?.message ?? 'The audit trail does not fit together.', remedy);
}

function checkOpening(error: unknown, isServiceRunning: boolean): Finding {
  if (error instanceof SchemaVersionError) {
    return error.code === 'database-older'
      ? warn(
          check,
          'The database is of an older version.',
          'The next start upgrades it; an SQLite file is copied before.',
        )
      : fail(check, error.message, 'Start that version, or restore a backup from before the upgrade.');
  }
  if (error instanceof ExposedFileError)
    return skip(check, 'Not opened, as other users can read it: see files.');
  if (error instanceof DatabaseServerError)
    return fail(check, error.message, 'Check DATABASE_URL, and that the server runs.');
  if (!(error instanceof DatabaseFileError)) throw error;
  switch (error.code) {
    case 'database-locked':
      return isServiceRunning
        ? ok(check, 'In use by the running service, which has checked it at its start.')
        : fail(
            check,
            'Another process has the database open, but does not answer as the service.',
            'Check PORT, or --url; end a process that hangs, or a second service on this DATA_DIR.',
          );
    case 'database-missing':
      return warn(check, error.message, 'The first start makes it; else check DATA_DIR and DATABASE_URL.');
    case 'database-foreign':
      return fail(check, error.message, 'Point DATABASE_URL or DATA_DIR elsewhere.');
    case 'database-corrupt':
      return fail(check, error.message, damageCure);
    case 'database-read-only':
    case 'database-unusable':
      return fail(check, error.message, 'See files and disk.');
  }
}
