import { readFileSync } from 'node:fs';
import { loadSettings } from '../config/load-settings.js';
import type { Command, Variables } from './command.js';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';

export const rotateKeyCommand: Command = {
  summary: 'encrypts all stored secrets with a new key',
  details:
    'Encrypts all secrets in the database with a new key. Stop the service first. If ENCRYPTION_KEY is set, set\n' +
    'NEW_ENCRYPTION_KEY to the new key (or NEW_ENCRYPTION_KEY_FILE to the path of its file) for this command.\n' +
    'Older backups still need the old key.',
  async run({ terminal, variables }) {
    const settings = loadSettings(variables);
    const newKey = readNewKey(variables);
    if ((settings.encryptionKey === null) !== (newKey === null)) {
      throw new CommandError(
        'new-key-missing',
        'Set NEW_ENCRYPTION_KEY if ENCRYPTION_KEY is set, and only then.',
        exitCodes.usage,
      );
    }
    const { rotateEncryptionKey } = await import('../persistence/rotate-encryption-key.js');
    await rotateEncryptionKey(settings, newKey);
    terminal.notify(
      newKey === null
        ? 'Key rotated: the new key is in the file encryption-key in DATA_DIR.'
        : 'Key rotated: set ENCRYPTION_KEY to the new key before the next start.',
    );
    return exitCodes.ok;
  },
};

function readNewKey({ NEW_ENCRYPTION_KEY: key, NEW_ENCRYPTION_KEY_FILE: path }: Variables): string | null {
  return key ?? (path ? readFileSync(path, 'utf8').trim() : null);
}
