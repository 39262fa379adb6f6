// For containers: creates the passwords and keys once, and gives each process only its own.
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createNatsPasswords } from '../scripts/start/create-nats-passwords.mjs';

createNatsPasswords('/secrets/nats');
copyOnce('licensing-password', 'licensing/nats-password');
copyOnce('callout-password', 'licensing/nats-callout-password');
copyOnce('issuer-seed', 'licensing/nats-issuer-seed');
copyOnce('xkey-seed', 'licensing/nats-xkey-seed');
copyOnce('sys-password', 'licensing/nats-sys-password');
// For a cluster of brokers.
writeOnce('nats/route-password', `p${randomBytes(24).toString('base64url')}`);
if (process.env.DATABASE_HOST) createReplicaSecrets(process.env.DATABASE_HOST);

/** Creates the secrets that replicas share, because they have no common disk. */
function createReplicaSecrets(/** @type {string} */ host) {
  // PostgreSQL runs as another user. No other service mounts this volume.
  const password = writeOnce('postgres/password', randomBytes(24).toString('base64url'), 0o644);
  writeOnce('licensing/database-url', `postgres://licensing:${password}@${host}/licensing`);
  writeOnce('licensing/encryption-key', randomBytes(32).toString('base64'));
  writeOnce('licensing/admin-token', randomBytes(24).toString('base64url'));
}

/** Writes the secret unless there is one. Returns the stored one. */
function writeOnce(/** @type {string} */ name, /** @type {string} */ secret, mode = 0o600) {
  const path = `/secrets/${name}`;
  if (!existsSync(path)) writeFileSync(path, `${secret}\n`, { mode, flag: 'wx' });
  return readFileSync(path, 'utf8').trim();
}

function copyOnce(/** @type {string} */ name, /** @type {string} */ copy) {
  if (!existsSync(`/secrets/${copy}`)) copyFileSync(`/secrets/nats/${name}`, `/secrets/${copy}`);
}
