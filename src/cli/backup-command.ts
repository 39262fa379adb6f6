import { createWriteStream, existsSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { appendBackupTag } from '../persistence/backup-tag.js';
import { checkSqliteFile } from '../persistence/check-sqlite-file.js';
import { commandLineActor } from '../persistence/audit/command-line-actor.js';
import { decodeEncryptionKey, encryptionKeyPaths } from '../persistence/encryption-key.js';
import { keyMatchesBackup } from '../persistence/key-matches-backup.js';
import { readOrCreatePrivateFile, readPrivateFile } from '../persistence/private-file.js';
import { SecretBox } from '../persistence/secret-box.js';
import { writeBackup } from '../persistence/write-backup.js';
import type { Command, CommandInput } from './command.js';
import { CommandError } from './command-error.js';
import { connectService } from './connect-service.js';
import { exitCodes } from './exit-code.js';
import { withDatabase } from './open-offline.js';
import { ServiceAwayError } from './service-client.js';
import { serviceOptions } from './service-options.js';

export const backupCommand: Command = {
  summary: 'backs up the database, whether or not the service is running',
  details:
    'Writes a copy of the database to <file>, verifies it, and writes its encryption key to <file>.key. Only their owner can\n' +
    'read these files. Store them in different places: together they give access to the license. If ENCRYPTION_KEY is set,\n' +
    'there is no key file: store that setting. The backup contains only a hash of the admin token.\n' +
    'The key also authenticates the backup: keep them apart, or a person who can write both can forge it.\n' +
    'Exits with 4 if the key was not found. Back up a PostgreSQL database with pg_dump instead.',
  operands: ['<file>'],
  options: serviceOptions,
  async run(input) {
    const settings = loadSettings(input.variables);
    const path = resolve(input.operands[0] ?? '');
    const keyPath = `${path}.key`;
    refusePostgres(settings, input);
    for (const file of [path, keyPath]) {
      if (existsSync(file))
        throw new CommandError('file-exists', `${file} already exists: choose another file name.`);
    }
    await copy(input, settings, path);
    input.terminal.notify(`Backup written and verified: ${path}`);
    const { isKept, message } = keepKey(settings, path, keyPath);
    input.terminal.notify(message);
    return isKept ? exitCodes.ok : exitCodes.no;
  },
};

function refusePostgres({ database }: Settings, input: CommandInput): void {
  if (database.kind !== 'postgres' || input.textOf('url') !== null) return;
  throw new CommandError(
    'backup-unsupported',
    'The database is PostgreSQL: run pg_dump --format=custom --file=<file> "$DATABASE_URL", and store ENCRYPTION_KEY (or ' +
      'encryption-key in DATA_DIR) too. After pg_restore run: pos-licensing restore --in-place.',
  );
}

async function copy(input: CommandInput, settings: Settings, path: string): Promise<void> {
  try {
    const answer = await connectService(input, settings).send('POST', '/api/backup');
    if (answer.kind === 'refused') throw new CommandError(answer.code, answer.detail);
    await receive(answer.response, path);
  } catch (error) {
    if (!(error instanceof ServiceAwayError) || input.textOf('url') !== null) throw error;
    await copyOffline(settings, path);
  }
}

async function receive({ body }: Response, path: string): Promise<void> {
  try {
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(Readable.fromWeb(body as ReadableStream), file);
    checkSqliteFile(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
      rmSync(path, { force: true });
    throw error;
  }
}

async function copyOffline(settings: Settings, path: string): Promise<void> {
  const { current } = encryptionKeyPaths(settings.dataDir);
  const key = settings.encryptionKey ?? (existsSync(current) ? readPrivateFile(current) : null);
  await withDatabase(settings, (database) =>
    writeBackup(database, path, { actor: commandLineActor(), at: new Date() }),
  );
  if (key === null || !keyMatchesBackup(path, key)) return;
  await appendBackupTag(path, new SecretBox(decodeEncryptionKey(key, 'The encryption key')));
}

/** Stores the key next to the backup. Returns the message for the user. */
function keepKey(settings: Settings, path: string, keyPath: string): { isKept: boolean; message: string } {
  const { current } = encryptionKeyPaths(settings.dataDir);
  if (settings.encryptionKey !== null) {
    const isKept = keyMatchesBackup(path, settings.encryptionKey);
    return {
      isKept,
      message: isKept
        ? 'Its encryption key is the setting ENCRYPTION_KEY: store that setting in another place.'
        : 'ATTENTION: ENCRYPTION_KEY as set here is not the key of this backup. Store the ENCRYPTION_KEY of the service in another place.',
    };
  }
  const key = existsSync(current) ? readFileSync(current, 'utf8').trim() : null;
  if (key === null || !keyMatchesBackup(path, key)) {
    const message = `ATTENTION: ${current} does not contain the key of this backup. Store the file encryption-key of the service's DATA_DIR in another place.`;
    return { isKept: false, message };
  }
  readOrCreatePrivateFile(keyPath, () => key);
  const message = `Its encryption key is in ${keyPath}. Store it apart from the backup: together they give access to the license.`;
  return { isKept: true, message };
}
