import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readOrCreatePrivateFile, readPrivateFile } from './private-file.js';

const keyBytes = 32;

/** The encryption key is not 32 bytes in base64. */
export class InvalidEncryptionKeyError extends Error {
  readonly code = 'invalid-encryption-key';

  constructor(context: string) {
    super(`${context} is not 32 bytes in base64: put back the correct key, from a backup if necessary.`);
    this.name = 'InvalidEncryptionKeyError';
  }
}

/** Returns the paths of the key file if the key is not a setting; `next` exists only during a rotation. */
export function encryptionKeyPaths(dataDir: string): { readonly current: string; readonly next: string } {
  const current = join(dataDir, 'encryption-key');
  return { current, next: `${current}.next` };
}

/** Returns the encryption key from the setting, or from its file in the data folder. Creates the file if it is missing. */
export function loadEncryptionKey(setting: string | null, dataDir: string): Buffer {
  if (setting !== null) return decodeEncryptionKey(setting, 'ENCRYPTION_KEY');
  const { current } = encryptionKeyPaths(dataDir);
  return decodeEncryptionKey(readOrCreatePrivateFile(current, newEncryptionKey), current);
}

/** Reads an existing key file. */
export function readEncryptionKey(path: string): Buffer {
  return decodeEncryptionKey(readPrivateFile(path), path);
}

export function newEncryptionKey(): string {
  return randomBytes(keyBytes).toString('base64');
}

/** @throws InvalidEncryptionKeyError */
export function decodeEncryptionKey(text: string, context: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length !== keyBytes) throw new InvalidEncryptionKeyError(context);
  return key;
}
