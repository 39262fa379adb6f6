import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The broker's passwords, made at the first start and kept. They are there before the broker is, which reads no secret
 * files of its own.
 * @param {string} natsDir
 * @returns {{ licensing: string, register: string, sys: string }}
 */
export function createNatsPasswords(natsDir) {
  mkdirSync(natsDir, { recursive: true, mode: 0o700 });
  const read = (/** @type {string} */ user) => readOrCreate(join(natsDir, `${user}-password`));
  return { licensing: read('licensing'), register: read('register'), sys: read('sys') };
}

/** @param {string} path */
function readOrCreate(path) {
  // It begins with a letter: NATS reads a password that begins with a digit as a number.
  if (!existsSync(path))
    writeFileSync(path, `p${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  return readFileSync(path, 'utf8').trim();
}
