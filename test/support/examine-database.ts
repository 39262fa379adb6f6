import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Sqlite } from '../../src/persistence/sqlite.js';

interface SavedLicense {
  readonly license: object | null;
  readonly reauthorizationRequired: boolean;
}

/** The content of the database after the end of a service. */
export interface LeftBehind {
  /** "ok", or the faults that SQLite finds in its file. PostgreSQL was not killed, so it is not checked. */
  readonly integrity: unknown;
  readonly state: SavedLicense;
  readonly hasSecrets: boolean;
  /** The ids of all events in the outbox, in order. */
  readonly eventIds: readonly string[];
  /** The ids of the unpublished events. */
  readonly waitingIds: readonly string[];
}

const readLicense = 'SELECT state, secrets FROM license';
const readEvents = 'SELECT event_id, published_at FROM outbox_event ORDER BY sequence';

interface EventRow {
  readonly event_id: string;
  readonly published_at: unknown;
}

interface LicenseRow {
  readonly state: string;
  readonly secrets: string | null;
}

export function examineDatabase(dataDir: string, databaseUrl: string | undefined): Promise<LeftBehind> {
  return databaseUrl === undefined ? examineFile(dataDir) : examineServer(databaseUrl);
}

/** Reads a copy, because opening the database itself would do the recovery that the next start must do. */
async function examineFile(dataDir: string): Promise<LeftBehind> {
  const folder = await mkdtemp(join(tmpdir(), 'examine-database-'));
  const copy = join(folder, 'copy.sqlite');
  for (const suffix of ['', '-wal']) {
    const original = join(dataDir, `licensing.sqlite${suffix}`);
    if (existsSync(original)) await copyFile(original, copy + suffix);
  }
  const database = new Sqlite(copy);
  try {
    const integrity = database.pragma('integrity_check', { simple: true });
    const row = database.prepare(readLicense).get() as LicenseRow;
    return describe(integrity, row, database.prepare(readEvents).all() as EventRow[]);
  } finally {
    database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function examineServer(url: string): Promise<LeftBehind> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // The leases of the ended service would expire by themselves. The tests do not wait for that.
    await client.query('DELETE FROM lease');
    const { rows } = await client.query<LicenseRow>(readLicense);
    const events = await client.query<EventRow>(readEvents);
    const [row] = rows;
    if (row === undefined) throw new Error('The license table is empty');
    return describe('ok', row, events.rows);
  } finally {
    await client.end();
  }
}

function describe(integrity: unknown, { state, secrets }: LicenseRow, events: EventRow[]): LeftBehind {
  return {
    integrity,
    state: JSON.parse(state) as SavedLicense,
    hasSecrets: secrets !== null,
    eventIds: events.map(({ event_id }) => event_id),
    waitingIds: events.filter((event) => event.published_at === null).map(({ event_id }) => event_id),
  };
}
