import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { adminTokenPath } from '../admin/admin-token.js';
import { setAsideAdminToken } from '../admin/set-aside-admin-token.js';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { checkSqliteFile } from '../persistence/check-sqlite-file.js';
import { commandLineActor } from '../persistence/audit/command-line-actor.js';
import { encryptionKeyPaths } from '../persistence/encryption-key.js';
import { keyMatchesBackup } from '../persistence/key-matches-backup.js';
import { openSecretBox } from '../persistence/open-secret-box.js';
import { readPrivateFile } from '../persistence/private-file.js';
import { restoreSqlite } from '../persistence/restore-sqlite.js';
import { quarantineRestoredDatabase } from '../persistence/quarantine-restored-database.js';
import type { Command, CommandInput } from './command.js';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';
import { withDatabase } from './open-offline.js';

export const restoreCommand: Command = {
  summary: 'restores a backup of the database',
  details:
    'Restores a backup and its key to the configured database; the service must be stopped. The restored server is licensed\n' +
    'until its token expires; authorize it again before that. It does not refresh its token: the original may have used the\n' +
    'refresh token since, and a second use would end the license of both. If the original will never run again, add\n' +
    '--original-is-gone: the restored server then keeps refreshing, if the Authorization server permits it.\n' +
    'A backup is authenticated with its key, so that nobody without the key can change it.\n' +
    'Use --in-place for a database that was restored by other means (pg_restore, a disk image): it copies nothing.',
  operands: ['[<file>]'],
  options: {
    'original-is-gone': { type: 'boolean', help: 'the backed-up server will never run again' },
    'key-file': {
      type: 'string',
      placeholder: '<file>',
      help: 'the key of the backup; default: ENCRYPTION_KEY, or <file>.key',
    },
    'without-key': { type: 'boolean', help: 'the key is lost: discards the encrypted data' },
    unauthenticated: {
      type: 'boolean',
      help: 'restores a backup of an older version, which has no authentication code',
    },
    force: { type: 'boolean', help: 'replaces an existing database and keeps it under another name' },
    'in-place': { type: 'boolean', help: 'prepares a database that was restored by other means' },
  },
  async run(input) {
    const settings = loadSettings(input.variables);
    const [file] = input.operands;
    refuseContradictions(input, file);
    const replaced =
      file === undefined
        ? await quarantineInPlace(input, settings)
        : await restore(input, settings, resolve(file));
    const oldToken = await withDatabase(settings, (database) => setAsideAdminToken(settings, database));
    if (oldToken !== null) replaced.push(oldToken);
    for (const path of replaced) input.terminal.notify(`Replaced file kept as ${path}`);
    input.terminal.notify(
      isOriginalGone(input)
        ? 'Restored. The service refreshes the license at its next start.'
        : 'Restored. The license is valid until its token expires: start the service, then authorize it again (pos-licensing authorize).',
    );
    if (settings.adminToken === null && !existsSync(adminTokenPath(settings.dataDir))) {
      input.terminal.notify(
        'The admin token is that of the original. If it is lost, run pos-licensing reset-admin-token.',
      );
    }
    return exitCodes.ok;
  },
};

function refuseContradictions(input: CommandInput, file: string | undefined): void {
  const fault = input.isSet('in-place')
    ? (file !== undefined || input.isSet('force') || input.isSet('without-key')) &&
      '--in-place can only be combined with --original-is-gone.'
    : (file === undefined && 'Name the backup file, or add --in-place.') ||
      (isOriginalGone(input) &&
        input.isSet('without-key') &&
        '--original-is-gone needs the key: without it the refresh token cannot be decrypted.');
  if (fault) throw new CommandError('contradiction', fault, exitCodes.usage);
}

function isOriginalGone(input: CommandInput): boolean {
  return input.isSet('original-is-gone');
}

async function restore(input: CommandInput, settings: Settings, backupPath: string): Promise<string[]> {
  const { database } = settings;
  if (database.kind === 'postgres') {
    throw new CommandError(
      'restore-unsupported',
      'DATABASE_URL names a PostgreSQL database: run pg_restore, then pos-licensing restore --in-place.',
    );
  }
  if (!existsSync(backupPath)) throw new CommandError('no-backup', `There is no file ${backupPath}.`);
  checkSqliteFile(backupPath);
  return restoreSqlite(settings, database.path, {
    backupPath,
    key: input.isSet('without-key') ? null : findKey(input, settings, backupPath),
    isForced: input.isSet('force'),
    isUnauthenticatedAllowed: input.isSet('unauthenticated'),
    isOriginalGone: isOriginalGone(input),
    actor: commandLineActor(),
  });
}

/** Returns the key of the backup. It must equal ENCRYPTION_KEY if that is set: the restored service uses it. */
function findKey(input: CommandInput, { encryptionKey }: Settings, backupPath: string): string {
  const named = input.textOf('key-file');
  const adjacent = `${backupPath}.key`;
  const key =
    named === null
      ? (encryptionKey ?? (existsSync(adjacent) ? readPrivateFile(adjacent) : null))
      : readPrivateFile(named);
  if (key === null) {
    throw new CommandError(
      'key-missing',
      `There is no ${adjacent}: name the key of the backup with --key-file or ENCRYPTION_KEY. If it is lost, add --without-key.`,
    );
  }
  if ((encryptionKey !== null && encryptionKey !== key) || !keyMatchesBackup(backupPath, key)) {
    throw new CommandError(
      'key-wrong',
      `The key${named === null ? '' : ` in ${named}`} does not match ${backupPath}: name its key with --key-file or ` +
        'ENCRYPTION_KEY. If it is lost, add --without-key.',
    );
  }
  return key;
}

async function quarantineInPlace(input: CommandInput, settings: Settings): Promise<string[]> {
  const { current } = encryptionKeyPaths(settings.dataDir);
  if (settings.encryptionKey === null && !existsSync(current)) {
    throw new CommandError('key-missing', `There is no ${current}: restore the key of the database first.`);
  }
  // Before the first start of the service, which would use the refresh token.
  await withDatabase(
    settings,
    async (database) =>
      quarantineRestoredDatabase(database, await openSecretBox(settings, database), settings, {
        isOriginalGone: isOriginalGone(input),
        hasKey: true,
        isAuthenticated: false,
        actor: commandLineActor(),
      }),
    'with-copy',
  );
  return [];
}
