import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
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
  summary: 'puts a backup in place, so that a service can start on it',
  details:
    'Puts a backup and its key where the settings say that the database is; the service must not run. The restored server is\n' +
    'licensed until its token ends, and has to be authorized anew before that: the original may have used its right to\n' +
    'refresh since, and a second use would end the license of both. If the original will never run again, say so with\n' +
    '--original-is-gone: the restored server then goes on refreshing by itself, if the Authorization server lets it.\n' +
    'With --in-place nothing is copied: for a database that came back by other means (pg_restore, the image of a disk).',
  operands: ['[<file>]'],
  options: {
    'original-is-gone': { type: 'boolean', help: 'the server that the backup is of will never run again' },
    'key-file': {
      type: 'string',
      placeholder: '<file>',
      help: 'the key of the backup; default: <file>.key, or ENCRYPTION_KEY',
    },
    'without-key': { type: 'boolean', help: 'the key is lost: gives up what is sealed with it' },
    force: { type: 'boolean', help: 'replaces what is there, and keeps it under another name' },
    'in-place': { type: 'boolean', help: 'only makes the database safe that is there' },
  },
  async run(input) {
    const settings = loadSettings(input.variables);
    const [file] = input.operands;
    refuseContradictions(input, file);
    const replaced =
      file === undefined
        ? await quarantineInPlace(input, settings)
        : await restore(input, settings, resolve(file));
    for (const path of replaced) input.terminal.notify(`What was there is now ${path}`);
    input.terminal.notify(
      isOriginalGone(input)
        ? 'Restored. The service refreshes the license at its next start.'
        : 'Restored. The license counts until its token ends: start the service, then authorize it anew (pos-licensing authorize).',
    );
    if (settings.adminToken === null && file !== undefined) {
      input.terminal.notify(
        'The admin token is that of the original; if it is lost: pos-licensing reset-admin-token.',
      );
    }
    return exitCodes.ok;
  },
};

function refuseContradictions(input: CommandInput, file: string | undefined): void {
  const fault = input.isSet('in-place')
    ? (file !== undefined || input.isSet('force') || input.isSet('without-key')) &&
      '--in-place goes with --original-is-gone alone.'
    : (file === undefined && 'Name the file of the backup, or add --in-place.') ||
      (isOriginalGone(input) &&
        input.isSet('without-key') &&
        'The right to refresh is sealed: it cannot be used on without the key.');
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
    isOriginalGone: isOriginalGone(input),
    actor: commandLineActor(),
  });
}

/** The key that opens the backup; where ENCRYPTION_KEY is set, the restored service will use that one. */
function findKey(input: CommandInput, { encryptionKey }: Settings, backupPath: string): string {
  const named = input.textOf('key-file');
  const beside = `${backupPath}.key`;
  const key =
    named === null
      ? (encryptionKey ?? (existsSync(beside) ? readPrivateFile(beside) : null))
      : readPrivateFile(named);
  if (key === null) {
    throw new CommandError(
      'key-missing',
      `There is no ${beside}: name the key of the backup with --key-file, or ENCRYPTION_KEY; if it is lost, add --without-key.`,
    );
  }
  if ((encryptionKey !== null && encryptionKey !== key) || !keyMatchesBackup(backupPath, key)) {
    throw new CommandError(
      'key-wrong',
      `The key ${named === null ? 'found' : `in ${named}`} is not that of ${backupPath}: name the one that was written with it ` +
        '(--key-file, ENCRYPTION_KEY); if it is lost, add --without-key.',
    );
  }
  return key;
}

async function quarantineInPlace(input: CommandInput, settings: Settings): Promise<string[]> {
  const { current } = encryptionKeyPaths(settings.dataDir);
  if (settings.encryptionKey === null && !existsSync(current)) {
    throw new CommandError('key-missing', `Put the key of the database back first: there is no ${current}.`);
  }
  // Not left to the first start of the service, which would use the grant.
  await withDatabase(
    settings,
    async (database) =>
      quarantineRestoredDatabase(database, await openSecretBox(settings, database), settings, {
        isOriginalGone: isOriginalGone(input),
        hasKey: true,
        actor: commandLineActor(),
      }),
    'with-copy',
  );
  return [];
}
