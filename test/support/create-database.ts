import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

/** Whether this run of the tests uses PostgreSQL. */
export const isOnPostgres = process.env.DB === 'postgres';
export const databaseName = isOnPostgres ? 'PostgreSQL' : 'SQLite';

/** Creates a database in the cluster of this run, empty or a copy of `template`, and resolves to its URL. */
export async function createDatabase(template = 'template1'): Promise<string> {
  const cluster = inject('postgresUrl');
  const name = `licensing_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: `${cluster}/postgres` });
  await client.connect();
  await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  await client.end();
  return `${cluster}/${name}`;
}
