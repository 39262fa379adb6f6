import { createWriteStream, existsSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { appendAuditEntry } from '../persistence/audit/append-audit-entry.js';
import { checkSqliteFile } from '../persistence/check-sqlite-file.js';
import { commandLineActor } from '../persistence/audit/command-line-actor.js';
import { copySqlite } from '../persistence/copy-sqlite.js';
import { encryptionKeyPaths } from '../persistence/encryption-key.js';
import { keyMatchesBackup } from '../persistence/key-matches-backup.js';
import { readOrCreatePrivateFile } from '../persistence/private-file.js';
import type { Command, CommandInput } from './command.js';
import { CommandError } from './command-error.js';
import { connectService } from './connect-service.js';
import { exitCodes } from './exit-code.js';
import { withDatabase } from './open-offline.js';
import { ServiceAwayError } from './service-client.js';
import { serviceOptions } from './service-options.js';

export const backupCommand: Command = {
  summary: 'copies the database, while the service runs or not',
  details:
    'Writes a copy of the database to <file>, reads it again from end to end, and puts the key of its secrets into\n' +
    '<file>.key; both are for their owner alone. Keep them apart: without the key the copy is worth little, and with it\n' +
    'the copy is the license. Where ENCRYPTION_KEY is set there is no key file: keep that setting. The admin token is not\n' +
    'in it, only its hash. Ends with 4 if the key is not to be found here. A PostgreSQL database is backed up with pg_dump.',
  operands: ['<file>'],
  options: serviceOptions,
  async run(input) {
    const settings = loadSettings(input.variables);
    const path = resolve(input.operands[0] ?? '');
    const keyPath = `${path}.key`;
    refusePostgres(settings, input);
    for (const file of [path, keyPath]) {
      if (existsSync(file))
        throw new CommandError('file-exists', `${file} is there already: name another file.`);
    }
    await copy(input, settings, path);
    input.terminal.notify(`The backup is written and was read again: ${path}`);
    const { isKept, message } = keepKey(settings, path, keyPath);
    input.terminal.notify(message);
    return isKept ? exitCodes.ok : exitCodes.no;
  },
};

function refusePostgres({ database }: Settings, input: CommandInput): void {
  if (database.kind !== 'postgres' || input.textOf('url') !== null) return;
  throw new CommandError(
    'backup-unsupported',
    'The database is PostgreSQL: run pg_dump --format=custom --file=<file> "$DATABASE_URL", and keep ENCRYPTION_KEY (or ' +
      'encryption-key in DATA_DIR) with it. After pg_restore run: pos-licensing restore --in-place.',
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
  const { name: actor, address } = commandLineActor();
  await withDatabase(settings, async (database) => {
    await database.transact((manager) =>
      appendAuditEntry(manager, {
        at: new Date(),
        actor,
        address,
        action: 'backed-up',
        reason: null,
        before: null,
        after: null,
      }),
    );
    await database.read((manager) => copySqlite(manager, path));
  });
}

/** Puts the key beside the copy. Returns what a person has to know of it. */
function keepKey(settings: Settings, path: string, keyPath: string): { isKept: boolean; message: string } {
  const { current } = encryptionKeyPaths(settings.dataDir);
  if (settings.encryptionKey !== null) {
    const isKept = keyMatchesBackup(path, settings.encryptionKey);
    return {
      isKept,
      message: isKept
        ? 'Its key is the setting ENCRYPTION_KEY: keep that too, in another place.'
        : 'ATTENTION: the setting ENCRYPTION_KEY of this call is not its key. Keep that of the service, in another place.',
    };
  }
  const key = existsSync(current) ? readFileSync(current, 'utf8').trim() : null;
  if (key === null || !keyMatchesBackup(path, key)) {
    const message = `ATTENTION: its key is not in ${current}. Keep the file encryption-key of the service's DATA_DIR, in another place.`;
    return { isKept: false, message };
  }
  readOrCreatePrivateFile(keyPath, () => key);
  const message = `Its key is in ${keyPath}: keep it in another place than the backup, as both together are the license.`;
  return { isKept: true, message };
}
