import { randomBytes } from 'node:crypto';
import type { Database } from 'better-sqlite3';

/** Returns a named secret of 32 random bytes. It is generated at its first use and survives restarts. */
export function readOrCreateSecret(database: Database, name: string): Buffer {
  database
    .prepare('INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING')
    .run(name, randomBytes(32));
  const row = database
    .prepare<[string], { value: Buffer }>('SELECT value FROM secrets WHERE name = ?')
    .get(name);
  if (!row) throw new Error(`the secret ${name} was not stored`);
  return row.value;
}
