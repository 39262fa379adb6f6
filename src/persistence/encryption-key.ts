import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readOrCreatePrivateFile } from './private-file.js';

/** Takes the key of secrets at rest from the setting, or from its file in the data folder, created at first start. */
export function loadEncryptionKey(setting: string | null, dataDir: string): Buffer {
  const text =
    setting ??
    readOrCreatePrivateFile(join(dataDir, 'encryption-key'), () => randomBytes(32).toString('base64'));
  const key = Buffer.from(text, 'base64');
  if (key.length !== 32) {
    throw new Error(
      'The file "encryption-key" in DATA_DIR does not hold 32 bytes in base64: restore it from a backup.',
    );
  }
  return key;
}
