import { readFileSync } from 'node:fs';
import { loadSettings } from '../config/load-settings.js';
import type { Command, Variables } from './command.js';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';

export const rotateKeyCommand: Command = {
  summary: 'seals all secrets at rest with a new key',
  details:
    'Seals all secrets in the database with a new key. Stop the service first. Where ENCRYPTION_KEY is set, put the new one\n' +
    'into NEW_ENCRYPTION_KEY (or the name of its file into NEW_ENCRYPTION_KEY_FILE) for this call. A backup from before\n' +
    'needs the key from before.',
  async run({ terminal, variables }) {
    const settings = loadSettings(variables);
    const newKey = readNewKey(variables);
    if ((settings.encryptionKey === null) !== (newKey === null)) {
      throw new CommandError(
        'new-key-missing',
        'NEW_ENCRYPTION_KEY must be set if, and only if, ENCRYPTION_KEY is.',
        exitCodes.usage,
      );
    }
    const { rotateEncryptionKey } = await import('../persistence/rotate-encryption-key.js');
    await rotateEncryptionKey(settings, newKey);
    terminal.notify(
      newKey === null
        ? 'The key is rotated: the file "encryption-key" in DATA_DIR holds the new one.'
        : 'The key is rotated: set ENCRYPTION_KEY to the new one before the next start.',
    );
    return exitCodes.ok;
  },
};

function readNewKey({ NEW_ENCRYPTION_KEY: key, NEW_ENCRYPTION_KEY_FILE: path }: Variables): string | null {
  return key ?? (path ? readFileSync(path, 'utf8').trim() : null);
}
