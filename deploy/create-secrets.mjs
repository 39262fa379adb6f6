// For containers: makes the passwords and keys once, and gives each process its own and no other's.
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createNatsPasswords } from '../scripts/start/create-nats-passwords.mjs';

createNatsPasswords('/secrets/nats');
copyOnce('licensing-password', 'licensing/nats-password');
copyOnce('callout-password', 'licensing/nats-callout-password');
copyOnce('issuer-seed', 'licensing/nats-issuer-seed');
copyOnce('sys-password', 'licensing/nats-sys-password');
// For brokers that become a cluster.
writeOnce('nats/route-password', `p${randomBytes(24).toString('base64url')}`);
if (process.env.DATABASE_HOST) createReplicaSecrets(process.env.DATABASE_HOST);

/** What replicas must have in common, as none of them has a disk that the others see. */
function createReplicaSecrets(/** @type {string} */ host) {
  // PostgreSQL runs as another user; its volume is seen by nobody else.
  const password = writeOnce('postgres/password', randomBytes(24).toString('base64url'), 0o644);
  writeOnce('licensing/database-url', `postgres://licensing:${password}@${host}/licensing`);
  writeOnce('licensing/encryption-key', randomBytes(32).toString('base64'));
  writeOnce('licensing/admin-token', randomBytes(24).toString('base64url'));
}

/** The secret that is there already, or this one. */
function writeOnce(/** @type {string} */ name, /** @type {string} */ secret, mode = 0o600) {
  const path = `/secrets/${name}`;
  if (!existsSync(path)) writeFileSync(path, `${secret}\n`, { mode, flag: 'wx' });
  return readFileSync(path, 'utf8').trim();
}

function copyOnce(/** @type {string} */ name, /** @type {string} */ copy) {
  if (!existsSync(`/secrets/${copy}`)) copyFileSync(`/secrets/nats/${name}`, `/secrets/${copy}`);
}
