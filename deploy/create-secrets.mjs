// For containers: makes the broker's passwords once, and gives each process its own and no other's.
import { copyFileSync, existsSync } from 'node:fs';
import { createNatsPasswords } from '../scripts/start/create-nats-passwords.mjs';

createNatsPasswords('/secrets/nats');
for (const user of ['licensing', 'register']) {
  const path = `/secrets/${user}/nats-password`;
  if (!existsSync(path)) copyFileSync(`/secrets/nats/${user}-password`, path);
}
