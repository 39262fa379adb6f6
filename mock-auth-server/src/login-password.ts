import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a generated password lies. */
export function loginPasswordPath(dataDir: string): string {
  return join(dataDir, 'login-password');
}

/** Reads the generated login password, made at the first start for its owner's eyes alone. */
export function readOrCreateLoginPassword(dataDir: string): string {
  const path = loginPasswordPath(dataDir);
  try {
    const password = readFileSync(path, 'utf8').trim();
    if (password.length < 8)
      throw new Error(`${path} must hold at least 8 characters: delete it to have it made anew`);
    return password;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const password = randomBytes(15).toString('base64url');
  writeFileSync(path, `${password}\n`, { mode: 0o600, flag: 'wx' });
  return password;
}
