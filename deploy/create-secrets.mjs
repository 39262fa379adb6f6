// For containers: makes the broker's passwords once, and gives each process its own and no other's.
import { copyFileSync, existsSync } from 'node:fs';
import { createNatsPasswords } from '../scripts/start/create-nats-passwords.mjs';

createNatsPasswords('/secrets/nats');
copyOnce('licensing-password', 'licensing/nats-password');
copyOnce('callout-password', 'licensing/nats-callout-password');
copyOnce('issuer-seed', 'licensing/nats-issuer-seed');
copyOnce('sys-password', 'licensing/nats-sys-password');
copyOnce('register-password', 'register/nats-password');

function copyOnce(/** @type {string} */ name, /** @type {string} */ copy) {
  if (!existsSync(`/secrets/${copy}`)) copyFileSync(`/secrets/nats/${name}`, `/secrets/${copy}`);
}
