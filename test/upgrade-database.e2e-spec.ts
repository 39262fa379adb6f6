import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CreateSchema1764000000000 } from '../src/persistence/migrations/1764000000000-create-schema.js';
import { ChainAuditTrail1764400000000 } from '../src/persistence/migrations/1764400000000-chain-audit-trail.js';
import { schema } from '../src/persistence/schema.js';
import { Sqlite } from '../src/persistence/sqlite.js';
import { RecordedFollower } from '../client/test/support/record-license.js';
import { commitEvents, readOutbox } from './support/commit-events.js';
import { createDatabase, isOnPostgres } from './support/create-database.js';
import { FakeClock } from './support/fake-clock.js';
import { connectAsService, readStream } from './support/read-stream.js';
import { Register010 } from './support/register-0.1.0.js';
import { runCommand } from './support/run-command.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

const fixture = join(import.meta.dirname, 'fixtures/database-0.1.0.sql');
const key = Buffer.alloc(32, 'fixture').toString('base64');
/** The time of the last row, before the next refresh is due. */
const laterOn = new Date('2026-03-05T08:32:03.000Z');

interface Entry {
  readonly id: number;
  readonly action: string;
}

describe('a database of version 0.1.0', () => {
  let dataDir: string;
  let databaseUrl: string | undefined;
  let mock: TestMock;
  let app: TestApp | null = null;
  let clock: FakeClock;

  beforeEach(async () => {
    clock = new FakeClock(laterOn);
    mock = await startMock({ clock });
    dataDir = join(await mkdtemp(join(tmpdir(), 'upgrade-')), 'data');
    await mkdir(dataDir);
    if (isOnPostgres) databaseUrl = await loadIntoPostgres();
    else await loadIntoSqlite(databasePath());
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await app?.close();
    app = null;
    await mock.stop();
    await rm(join(dataDir, '..'), { recursive: true, force: true });
  });

  const databasePath = () => join(dataDir, 'licensing.sqlite');
  const backups = async () => (await readdir(dataDir)).filter((name) => name.includes('.before-'));

  async function dumpOfFixture(): Promise<unknown> {
    const path = join(dataDir, '..', 'fixture.sqlite');
    if (!existsSync(path)) await loadIntoSqlite(path);
    return dump(path);
  }

  const start = async (nats?: TestNats) => {
    const adminToken = 'a-token-for-this-test';
    app = await startApp({
      mock,
      dataDir,
      ...(nats && { nats }),
      environment: {
        ENCRYPTION_KEY: key,
        ADMIN_TOKEN: adminToken,
        ...(databaseUrl && { DATABASE_URL: databaseUrl }),
      },
    });
    return app;
  };

  const readHistory = async () => {
    const { body } = await app!.as('get', '/api/license/audit').expect(200);
    return (body as { entries: Entry[] }).entries;
  };

  const verify = async () =>
    (await app!.as('get', '/api/license/audit/verification').expect(200)).body as object;

  it('is upgraded by the first start, with its license, secrets, events and history', async () => {
    const upgraded = await start();
    expect(await upgraded.view()).toMatchObject({
      status: 'licensed',
      serverId: 'srv-store-1',
      renewalDate: '2027-06-30T23:59:59.000Z',
      token: { status: 'valid' },
      connection: { online: false },
      sequence: '0001772613123000',
    });
    const history = await readHistory();
    expect(history.map(({ id }) => id)).toEqual([13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(history[4]).toMatchObject({
      action: 'refreshed',
      reason: 'renewed',
      actor: 'admin',
      address: null,
    });
    expect(await verify()).toMatchObject({ isIntact: true, entryCount: 13, faults: [] });
    // The secrets are readable: the waiting revocation is sent. The mock does not know the grant.
    clock.advance(3_600_000);
    const isRevoked = async () =>
      (await readHistory()).some(({ id, action }) => id > 13 && action === 'grant-revoked-at-server');
    await expect.poll(isRevoked, { timeout: 10_000 }).toBe(true);
    await upgraded.as('post', '/api/license/refresh').expect(200);
    expect(await verify()).toMatchObject({ isIntact: true, faults: [] });
    const attempt = upgraded.app.get(DataSource).query("UPDATE audit_entry SET actor = 'nobody'");
    await expect(attempt).rejects.toThrow(/append-only/);
  });

  it('is refused and left unchanged if a later version has upgraded it', async () => {
    await (
      await start()
    ).app
      .get(DataSource)
      .query("INSERT INTO migrations (timestamp, name) VALUES (9, 'Tomorrow9')");
    await app?.close();
    await expect(start()).rejects.toThrow(/newer version.*Tomorrow9.*start that version/);
  });

  it('is unchanged after a failed upgrade, and can be upgraded once the fault is corrected', async () => {
    const upgrade = vi
      .spyOn(ChainAuditTrail1764400000000.prototype, 'up')
      .mockImplementation(async (queryRunner) => {
        await queryRunner.query('ALTER TABLE audit_entry ADD COLUMN address TEXT');
        throw new Error('no more power');
      });
    await expect(start()).rejects.toThrow(/no more power/);
    expect(await readTables()).not.toContain('used_proof');
    await expect(start()).rejects.toThrow(/could not be upgraded \(no more power\)\. It is unchanged/);
    upgrade.mockRestore();
    expect(await (await start()).view()).toMatchObject({ status: 'licensed' });
  });

  it('loses no event for an old and a new register while first the server and then the broker is upgraded', async () => {
    const published = await completeAsReleased();
    const configPath = join(dataDir, '..', 'broker.conf');
    await copyFile(join(import.meta.dirname, 'fixtures/store-0.1.0.conf'), configPath);
    const nats = await startNats({ configPath });
    await publishAsReleased(nats, published);
    // One register has version 0.1.0, the other this one. Both stay connected.
    const older = await Register010.connect(nats);
    const { user, password } = nats.registerUser;
    const newer = new RecordedFollower({ natsUrl: nats.url, serverId: 'srv-store-1', user, password });
    const seen = (id = '') => Promise.all([older.seen(id), newer.seenEvent(id)]);
    await seen(published.at(-1)?.id);
    expect(newer.follower.standing(clock.now())).toMatchObject({ isLicensed: true, reason: 'licensed' });

    const upgraded = await start(nats);
    const ids = async () => (await readOutbox(upgraded)).map(({ eventId }) => eventId);
    await seen((await ids()).at(-1));
    await commitEvents(upgraded, 1);
    await seen((await ids()).at(-1));
    await nats.kill();
    await copyFile(join(import.meta.dirname, '../deploy/nats/store.conf'), configPath);
    await commitEvents(upgraded, 1);
    await nats.restart();
    await seen((await ids()).at(-1));
    await expect.poll(() => older.readings, { timeout: 15_000 }).toBeGreaterThan(1);

    const all = await ids();
    expect(all).toHaveLength(9);
    expect((await readStream(nats)).map(({ event }) => event.id)).toEqual(all);
    // Both read the last stored event of version 0.1.0 and receive each later one.
    expect(older.events.map(({ id }) => id)).toEqual(all.slice(4));
    expect(newer.eventIds).toEqual(all.slice(4));
    expect(older.refused).toEqual([]);
    // The service answers requests on another connection, which may return a moment later.
    await expect
      .poll(async () => (await older.connection.request('svc.licensing.status')).json(), { timeout: 15_000 })
      .toMatchObject({ serverId: 'srv-store-1', status: 'licensed' });
    await Promise.all([older.connection.close(), newer.follower.close()]);
    await upgraded.close();
    app = null;
    await nats.stop();
  });

  // On PostgreSQL there is no file: its own tools make the copy.
  if (!isOnPostgres) {
    describe('in a file', () => {
      it('is copied before the upgrade, unchanged and readable only by its owner', async () => {
        await start();
        const [name = '', ...more] = await backups();
        expect(more).toEqual([]);
        // The name contains the first migration that the database had not applied.
        expect(name).toBe('licensing.sqlite.before-1764100000000');
        expect((await stat(join(dataDir, name))).mode & 0o777).toBe(0o600);
        expect(dump(join(dataDir, name))).toEqual(await dumpOfFixture());
      });

      it('is copied once, however often its upgrade fails', async () => {
        vi.spyOn(ChainAuditTrail1764400000000.prototype, 'up').mockRejectedValue(new Error('no more power'));
        await expect(start()).rejects.toThrow();
        await expect(start()).rejects.toThrow();
        expect(await backups()).toEqual(['licensing.sqlite.before-1764100000000']);
        expect(dump(databasePath())).toEqual(await dumpOfFixture());
      });

      it('keeps the last three copies, and a new database is not copied', async () => {
        for (const number of [1, 2, 3]) await writeFile(`${databasePath()}.before-${number}`, 'older');
        await start();
        expect((await backups()).toSorted()).toEqual(
          ['.before-1764100000000', '.before-2', '.before-3'].map((end) => `licensing.sqlite${end}`),
        );
        await app?.close();
        app = await startApp({ dataDir: join(dataDir, 'new') });
        expect((await readdir(join(dataDir, 'new'))).filter((name) => name.includes('.before-'))).toEqual([]);
      });

      it('is upgraded when it is restored from a backup', async () => {
        const target = { dataDir: join(dataDir, 'restored'), environment: { ENCRYPTION_KEY: key } };
        expect(await runCommand(target, ['restore', '--unauthenticated', databasePath()])).toMatchObject({
          exitCode: 0,
        });
        expect(await readdir(target.dataDir)).toEqual(['licensing.sqlite']);
        expect(dump(databasePath())).toEqual(await dumpOfFixture());
        expect(await runCommand(target, ['audit', '--verify'])).toMatchObject({ exitCode: 0 });
        const status = await runCommand(target, ['status']);
        expect(status.output).toMatch(/^Server ID +srv-store-1 /m);
      });

      it('is not upgraded if there is no space for the copy', async () => {
        await mkdir(`${databasePath()}.draft`);
        await expect(start()).rejects.toThrow();
        await rm(`${databasePath()}.draft`, { recursive: true });
        expect(dump(databasePath())).toEqual(await dumpOfFixture());
      });
    });
  }

  /** Applies the other migrations of the release. Returns its first events, which it has published; two are queued. */
  async function completeAsReleased(): Promise<PublishedEvent[]> {
    const dataSource = new DataSource({
      ...(databaseUrl === undefined
        ? { type: 'better-sqlite3', driver: Sqlite, database: databasePath() }
        : { type: 'postgres', url: databaseUrl }),
      migrations: schema.migrations.slice(0, schema.migrations.indexOf(ChainAuditTrail1764400000000) + 1),
    });
    await dataSource.initialize();
    await dataSource.runMigrations();
    const events: PublishedEvent[] = await dataSource.query(
      'SELECT sequence, event_id AS id, subject, body FROM outbox_event ORDER BY sequence LIMIT 5',
    );
    await dataSource.query(
      `UPDATE outbox_event SET published_at = created_at WHERE sequence <= ${events.at(-1)?.sequence}`,
    );
    await dataSource.destroy();
    return events;
  }

  async function readTables(): Promise<string[]> {
    if (!isOnPostgres) return Object.keys(dump(databasePath()));
    const dataSource = await new DataSource({ type: 'postgres', url: databaseUrl ?? '' }).initialize();
    const rows: { tablename: string }[] = await dataSource.query('SELECT tablename FROM pg_tables');
    await dataSource.destroy();
    return rows.map(({ tablename }) => tablename);
  }
});

interface PublishedEvent {
  readonly sequence: number | string;
  readonly id: string;
  readonly subject: string;
  readonly body: string;
}

/** Creates the stream as version 0.1.0 does, and stores events in it. */
async function publishAsReleased(nats: TestNats, events: readonly PublishedEvent[]): Promise<void> {
  const connection = await connectAsService(nats);
  const manager = await jetstreamManager(connection);
  await manager.streams.add({
    name: 'LICENSING',
    subjects: ['license.status', 'token.expiring'],
    max_msgs_per_subject: 1000,
    allow_direct: true,
    duplicate_window: 3600e9,
  });
  for (const { id, subject, body } of events)
    await jetstream(connection).publish(subject, body, { msgID: id });
  await connection.close();
}

async function loadIntoSqlite(path: string): Promise<void> {
  await writeFile(path, '', { mode: 0o600 });
  const database = new Sqlite(path);
  database.exec(await readFile(fixture, 'utf8'));
  database.close();
}

/** Creates the schema by the migration of that version, and the rows from the fixture. */
async function loadIntoPostgres(): Promise<string> {
  const url = await createDatabase();
  const dataSource = new DataSource({ type: 'postgres', url, migrations: [CreateSchema1764000000000] });
  await dataSource.initialize();
  await dataSource.runMigrations();
  await dataSource.query('DELETE FROM license');
  const inserts = (await readFile(fixture, 'utf8'))
    .split('\n')
    .filter((line) => /^INSERT INTO (?!migrations)/.test(line));
  for (const insert of inserts) {
    const isNumbered = /^INSERT INTO (audit_entry|pending_revocation) /.test(insert);
    await dataSource.query(
      isNumbered ? insert.replace(') VALUES (', ') OVERRIDING SYSTEM VALUE VALUES (') : insert,
    );
  }
  for (const table of ['audit_entry', 'pending_revocation']) {
    await dataSource.query(
      `SELECT setval(pg_get_serial_sequence('${table}', 'id'), (SELECT max(id) FROM ${table}))`,
    );
  }
  await dataSource.destroy();
  return url;
}

/** Returns all rows of all tables, by table. */
function dump(path: string): Record<string, unknown[]> {
  const database = new Sqlite(path, { readonly: true });
  const tables = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .pluck()
    .all();
  const rows = tables.map(
    (name) => [String(name), database.prepare(`SELECT * FROM "${String(name)}"`).all()] as const,
  );
  database.close();
  return Object.fromEntries(rows);
}
