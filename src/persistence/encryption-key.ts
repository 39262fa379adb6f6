import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readOrCreatePrivateFile, readPrivateFile } from './private-file.js';

const keyBytes = 32;

/** A key of secrets at rest is not 32 bytes in base64. */
export class InvalidEncryptionKeyError extends Error {
  readonly code = 'invalid-encryption-key';

  constructor(context: string) {
    super(`${context} does not hold 32 bytes in base64: put the right key back, from a backup if need be.`);
    this.name = 'InvalidEncryptionKeyError';
  }
}

/** Where the key is kept if no setting holds it; `next` only while it is being rotated. */
export function encryptionKeyPaths(dataDir: string): { readonly current: string; readonly next: string } {
  const current = join(dataDir, 'encryption-key');
  return { current, next: `${current}.next` };
}

/** Takes the key of secrets at rest from the setting, or from its file in the data folder, created at first start. */
export function loadEncryptionKey(setting: string | null, dataDir: string): Buffer {
  if (setting !== null) return decodeEncryptionKey(setting, 'ENCRYPTION_KEY');
  const { current } = encryptionKeyPaths(dataDir);
  return decodeEncryptionKey(readOrCreatePrivateFile(current, newEncryptionKey), current);
}

/** Reads a key file that exists. */
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
