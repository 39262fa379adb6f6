import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findFreePort } from './find-free-port.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URL of the PostgreSQL cluster of this run, without a database name; empty if none was started. */
    postgresUrl: string;
  }
}

/** Starts one real PostgreSQL for a project of tests. Each service under test has its own database in it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const port = await findFreePort();
  const host = fork(join(import.meta.dirname, 'host-postgres.mjs'), [String(port)]);
  const ended = once(host, 'exit');
  const isReady = await Promise.race([once(host, 'message').then(() => true), ended.then(() => false)]);
  if (!isReady) throw new Error('PostgreSQL could not be started. See its output above.');
  project.provide('postgresUrl', `postgres://postgres:postgres@127.0.0.1:${port}`);
  return async () => {
    host.disconnect();
    await ended;
  };
}
