import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the path of the generated password. */
export function loginPasswordPath(dataDir: string): string {
  return join(dataDir, 'login-password');
}

/** Returns the login password, which the first start generates into a file that only its owner can read. */
export function readOrCreateLoginPassword(dataDir: string): string {
  const path = loginPasswordPath(dataDir);
  try {
    const password = readFileSync(path, 'utf8').trim();
    if (password.length < 8)
      throw new Error(`${path} must contain at least 8 characters: delete it to generate a new password`);
    return password;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const password = randomBytes(15).toString('base64url');
  writeFileSync(path, `${password}\n`, { mode: 0o600, flag: 'wx' });
  return password;
}
