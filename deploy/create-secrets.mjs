// For containers: makes the passwords and keys once, and gives each process its own and no other's.
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { createNatsPasswords } from '../scripts/start/create-nats-passwords.mjs';

createNatsPasswords('/secrets/nats');
copyOnce('licensing-password', 'licensing/nats-password');
copyOnce('callout-password', 'licensing/nats-callout-password');
copyOnce('issuer-seed', 'licensing/nats-issuer-seed');
copyOnce('sys-password', 'licensing/nats-sys-password');
copyOnce('register-password', 'register/nats-password');
if (process.env.DATABASE_HOST) createReplicaSecrets(process.env.DATABASE_HOST);

/** What replicas must have in common, as none of them has a disk that the others see. */
function createReplicaSecrets(/** @type {string} */ host) {
  if (existsSync('/secrets/licensing/admin-token')) return;
  const password = randomBytes(24).toString('base64url');
  // PostgreSQL runs as another user; its volume is seen by nobody else.
  writeFileSync('/secrets/postgres/password', `${password}\n`, { mode: 0o644 });
  writeSecret('database-url', `postgres://licensing:${password}@${host}/licensing`);
  writeSecret('encryption-key', randomBytes(32).toString('base64'));
  writeSecret('admin-token', randomBytes(24).toString('base64url'));
}

function writeSecret(/** @type {string} */ name, /** @type {string} */ secret) {
  writeFileSync(`/secrets/licensing/${name}`, `${secret}\n`, { mode: 0o600 });
}

function copyOnce(/** @type {string} */ name, /** @type {string} */ copy) {
  if (!existsSync(`/secrets/${copy}`)) copyFileSync(`/secrets/nats/${name}`, `/secrets/${copy}`);
}
