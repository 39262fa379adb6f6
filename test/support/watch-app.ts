import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { LicenseStore } from '../../src/domain/ports/license-store.js';
import { MetricsRegistry } from '../../src/metrics/metrics-registry.js';
import { expectNoSecrets, noteSecret, noteUserCode } from './secret-scanner.js';
import { watchAnswers } from './watch-answers.js';
import { expectQuietLog } from './watched-log.js';

/**
 * Records every secret of an application. The returned function searches its output for them: its log, answers and
 * metrics, and its database with the events, the audit trail and the peers in plain text.
 */
export function watchApp(
  app: NestFastifyApplication,
  dataDir: string,
  databaseUrl: string | undefined,
): () => Promise<void> {
  const store = app.get(LicenseStore);
  const note = (): void => {
    const { secrets, pending } = store;
    noteSecret('a license token', secrets?.accessToken);
    noteSecret('a refresh token', secrets?.refreshToken);
    noteSecret('the private key of a grant', secrets?.dpopKey?.d);
    noteSecret('a device code', pending?.deviceCode);
    noteSecret('the private key of an acquisition', pending?.dpopKey?.d);
    noteUserCode(pending?.userCode);
  };
  note();
  store.onCommit(note);
  const expectQuietAnswers = watchAnswers(app.getHttpServer());
  return async () => {
    expectQuietLog();
    expectQuietAnswers();
    for await (const [name, text] of readDatabase(dataDir, databaseUrl)) expectNoSecrets(name, text);
    expectNoSecrets('/metrics', await app.get(MetricsRegistry).metrics());
  };
}

/** Yields the whole content of the database as text, with its place. */
async function* readDatabase(
  dataDir: string,
  databaseUrl: string | undefined,
): AsyncGenerator<[name: string, text: string]> {
  for (const name of await readdir(dataDir).catch(() => [])) {
    if (!name.startsWith('licensing.sqlite')) continue;
    yield [`The database file ${name}`, await readFile(join(dataDir, name), 'latin1')];
  }
  if (databaseUrl === undefined) return;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'",
    );
    for (const { name } of tables.rows) {
      const rows = await client.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
      yield [`The table ${name}`, rows.rows.map(({ text }) => text).join('\n')];
    }
  } finally {
    await client.end();
  }
}
