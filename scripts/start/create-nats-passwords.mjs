import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAccount, createCurve, fromCurveSeed, fromSeed } from '@nats-io/nkeys';

/**
 * Returns the passwords and keys of the broker. Creates them before its first start, and adds those that an older version did
 * not create.
 * @param {string} natsDir
 * @returns {{ licensing: string, register: string, sys: string, callout: string, issuerSeed: string, issuer: string, xkeySeed: string, xkey: string }}
 */
export function createNatsPasswords(natsDir) {
  mkdirSync(natsDir, { recursive: true, mode: 0o700 });
  const read = (/** @type {string} */ user) => readOrCreate(join(natsDir, `${user}-password`));
  const passwords = {
    licensing: read('licensing'),
    register: read('register'),
    sys: read('sys'),
    callout: read('callout'),
  };
  const issuerSeed = readOrCreate(join(natsDir, 'issuer-seed'), () => decode(createAccount().getSeed()));
  const issuer = fromSeed(new TextEncoder().encode(issuerSeed)).getPublicKey();
  // In a container the broker reads this file.
  readOrCreate(join(natsDir, 'issuer'), () => issuer);
  const xkeySeed = readOrCreate(join(natsDir, 'xkey-seed'), () => decode(createCurve().getSeed()));
  const xkey = fromCurveSeed(new TextEncoder().encode(xkeySeed)).getPublicKey();
  readOrCreate(join(natsDir, 'xkey'), () => xkey);
  return { ...passwords, issuerSeed, issuer, xkeySeed, xkey };
}

/** @param {Uint8Array} bytes */
function decode(bytes) {
  return new TextDecoder().decode(bytes);
}

// NATS reads a password that begins with a digit as a number.
const makePassword = () => `p${randomBytes(24).toString('base64url')}`;

/** @param {string} path */
function readOrCreate(path, create = makePassword) {
  if (!existsSync(path)) writeFileSync(path, `${create()}\n`, { mode: 0o600, flag: 'wx' });
  return readFileSync(path, 'utf8').trim();
}
