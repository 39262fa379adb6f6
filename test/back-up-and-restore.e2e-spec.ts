import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { Sqlite } from '../src/persistence/sqlite.js';
import { readOutbox } from './support/commit-events.js';
import { FakeClock } from './support/fake-clock.js';
import { runCommand } from './support/run-command.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';

/** Returns the number of the last event, by which registers order events. */
const sequenceOf = async (app: TestApp) => Number((await app.view()).sequence);

describe('a backup', () => {
  let mock: TestMock;
  let app: TestApp;
  let folder: string;

  beforeAll(async () => {
    mock = await startMock();
    app = await startApp({ mock });
    await app.acquire(mock);
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backup-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  afterAll(async () => {
    await app.stop();
    await mock.stop();
  });

  it('is made by one command while the service runs, readable by its owner only, with its key in a second file', async () => {
    const path = join(folder, 'backup.sqlite');
    const { exitCode, notes } = await runCommand(app, ['backup', path]);
    expect(exitCode).toBe(0);
    expect(notes).toMatch(/written and verified[^]*Store it apart/);
    for (const file of [path, `${path}.key`]) expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(`${path}.key`)).toEqual(await readFile(join(app.dataDir, 'encryption-key')));
    expect((await runCommand(app, ['audit', '--limit', '1'])).output).toMatch(
      /admin +127\.0\.0\.1 +backed-up/,
    );
    // No draft remains in the data folder.
    expect((await readdir(app.dataDir)).filter((name) => name.includes('draft'))).toEqual([]);
  });

  it('contains no unencrypted secret and no key', async () => {
    const path = join(folder, 'backup.sqlite');
    await runCommand(app, ['backup', path]);
    const text = (await readFile(path)).toString('latin1');
    expect(text.includes('srv-store-1')).toBe(true);
    expect(text.includes(app.adminToken)).toBe(false);
    expect(text.includes((await readFile(`${path}.key`, 'utf8')).trim())).toBe(false);
    const { accessToken, refreshToken, dpopKey } = app.app.get(LicenseStore).secrets ?? {};
    for (const secret of [accessToken, refreshToken, dpopKey?.d]) {
      expect(secret).toMatch(/^[\w.-]{40,}$/);
      expect(text.includes(secret ?? '')).toBe(false);
    }
  });

  it('never overwrites a file', async () => {
    const path = join(folder, 'backup.sqlite');
    await writeFile(path, 'a letter');
    expect(await runCommand(app, ['backup', path])).toMatchObject({
      exitCode: 1,
      notes: expect.stringMatching(/choose another file name/),
    });
    expect(await readFile(path, 'utf8')).toBe('a letter');
  });

  it('requires the admin token, and cannot be downloaded with GET', async () => {
    expect((await fetch(`${app.url}/api/backup`, { method: 'POST' })).status).toBe(401);
    await app.as('get', '/api/backup').expect(404);
  });

  it('comes with a warning if this machine does not have its key', async () => {
    const path = join(folder, 'backup.sqlite');
    const tokenFile = join(app.dataDir, 'initial-admin-token');
    const { exitCode, notes } = await runCommand({ dataDir: folder }, [
      'backup',
      path,
      '--url',
      app.url,
      '--token-file',
      tokenFile,
    ]);
    expect(exitCode).toBe(4);
    expect(notes).toMatch(/ATTENTION: .* does not contain the key.*DATA_DIR/);
  });

  it.each([
    [
      'a file that is not a database',
      async (path: string) => writeFile(path, 'a letter'),
      /damaged or not a database/,
    ],
    [
      'a database of another program',
      async (path: string) => new Sqlite(path).exec('CREATE TABLE a (b)').close(),
      /of another program/,
    ],
    ['a file that does not exist', async () => undefined, /There is no file/],
  ])('is not restored from %s', async (_, write, message) => {
    const path = join(folder, 'backup.sqlite');
    await write(path);
    const target = { dataDir: join(folder, 'data') };
    const ended = await runCommand(target, ['restore', path, '--without-key']);
    expect(ended).toMatchObject({ exitCode: 1, notes: expect.stringMatching(message) });
    await expect(readdir(target.dataDir)).rejects.toThrow(/ENOENT/);
  });

  it.each([
    ['backup', /pg_dump[^]*ENCRYPTION_KEY[^]*restore --in-place/],
    ['restore', /pg_restore, then pos-licensing restore --in-place/],
  ])('is left to pg_dump and pg_restore on PostgreSQL, as %s explains', async (command, message) => {
    const environment = { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' };
    const ended = await runCommand({ dataDir: folder, environment }, [command, join(folder, 'file')]);
    expect(ended).toMatchObject({ exitCode: 1, notes: expect.stringMatching(message) });
  });

  it('is not restored if it is incomplete or its key is wrong or missing', async () => {
    const path = join(folder, 'backup.sqlite');
    await runCommand(app, ['backup', path]);
    const target = { dataDir: join(folder, 'data') };
    const half = join(folder, 'half.sqlite');
    await writeFile(half, (await readFile(path)).subarray(0, 20_000));
    await copyFile(`${path}.key`, `${half}.key`);
    expect(await runCommand(target, ['restore', half])).toMatchObject({
      exitCode: 1,
      notes: expect.stringMatching(/damaged/),
    });
    await writeFile(`${path}.key`, Buffer.alloc(32, 7).toString('base64'));
    const wrong = await runCommand(target, ['restore', path]);
    expect(wrong).toMatchObject({
      exitCode: 1,
      notes: expect.stringMatching(/does not match.*--without-key/),
    });
    await rm(`${path}.key`);
    const missing = await runCommand(target, ['restore', path]);
    expect(missing).toMatchObject({ exitCode: 1, notes: expect.stringMatching(/--key-file/) });
    await expect(readdir(target.dataDir)).rejects.toThrow(/ENOENT/);
  });
});

describe('the authenticity of a backup', () => {
  let app: TestApp;
  let folder: string;
  let path: string;
  let target: { dataDir: string };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'authentic-'));
    path = join(folder, 'backup.sqlite');
    target = { dataDir: join(folder, 'data') };
    app = await startApp();
  });

  afterEach(async () => {
    await app.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const restore = (...options: string[]) => runCommand(target, ['restore', path, ...options]);
  const lastEntry = async () => (await runCommand(target, ['audit', '--limit', '1'])).output;

  /** Writes the backup without its authentication code, as an older version did. */
  const removeCode = async () => {
    const content = await readFile(path);
    await writeFile(path, content.subarray(0, content.length - 92));
  };

  it.each(['running', 'stopped'])('is proven if the service was %s', async (state) => {
    if (state === 'stopped') await app.close();
    expect((await runCommand(app, ['backup', path])).exitCode).toBe(0);
    expect((await readFile(path)).subarray(-92).toString()).toMatch(
      /^\npos-licensing-hmac-sha256:[0-9a-f]{64}\n$/,
    );
    expect(await restore()).toMatchObject({ exitCode: 0 });
    expect(await lastEntry()).not.toContain('not authenticated');
  });

  it('is refuted by one changed byte, even with --unauthenticated', async () => {
    await runCommand(app, ['backup', path]);
    const content = await readFile(path);
    const place = content.indexOf('admin-token-sha256') + 30;
    content[place] = (content[place] ?? 0) ^ 1;
    await writeFile(path, content);
    for (const options of [[], ['--unauthenticated']]) {
      expect(await restore(...options)).toMatchObject({
        exitCode: 1,
        notes: expect.stringMatching(/was changed.*restore another backup/),
      });
    }
    expect(await readdir(target.dataDir)).toEqual([]);
  });

  it('is unknown for a backup of an older version, which needs --unauthenticated and leaves an audit entry', async () => {
    await runCommand(app, ['backup', path]);
    await removeCode();
    expect(await restore()).toMatchObject({
      exitCode: 1,
      notes: expect.stringMatching(/no authentication code.*--unauthenticated/),
    });
    expect(await restore('--unauthenticated')).toMatchObject({ exitCode: 0 });
    expect(await lastEntry()).toContain('The backup was not authenticated.');
  });

  it('does not permit a planted trigger, even with --unauthenticated', async () => {
    await runCommand(app, ['backup', path]);
    await removeCode();
    const database = new Sqlite(path);
    database.exec(
      `CREATE TRIGGER planted AFTER INSERT ON audit_entry BEGIN UPDATE setting SET value = 'x'; END`,
    );
    database.close();
    expect(await restore('--unauthenticated')).toMatchObject({
      exitCode: 1,
      notes: expect.stringMatching(/trigger planted.*restore a backup that you trust/),
    });
    expect(await readdir(target.dataDir)).toEqual([]);
  });
});

describe('a restored server', () => {
  let clock: FakeClock;
  let mock: TestMock;
  let original: TestApp;
  let restored: TestApp | null = null;
  let folder: string;
  let backup: string;
  let target: { dataDir: string };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'restore-'));
    backup = join(folder, 'backup.sqlite');
    target = { dataDir: join(folder, 'data') };
    // The clock starts in the past because commands use the real time. The mock accepts a refresh token only once.
    clock = new FakeClock(new Date(Date.now() - 600_000));
    mock = await startMock({ clock, refreshGrace: 0 });
    original = await startApp({ mock });
    await original.acquire(mock);
    expect((await runCommand(original, ['backup', backup])).exitCode).toBe(0);
    // The original refreshes after the backup, so the grant in the backup is a used one.
    await refresh(original);
    await refresh(original);
  });

  afterEach(async () => {
    await restored?.stop();
    restored = null;
    await original.stop();
    await mock.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const refresh = async (app: TestApp) => {
    clock.advance(60_000);
    await app.as('post', '/api/license/refresh').expect(200);
  };

  const startRestored = async () => {
    clock.set(new Date());
    const adminToken = { ADMIN_TOKEN: original.adminToken };
    restored = await startApp({ mock, dataDir: target.dataDir, environment: adminToken });
    return restored;
  };

  it('is licensed, and does not compete with its original, which keeps refreshing', async () => {
    const before = await sequenceOf(original);
    expect(await runCommand(target, ['restore', backup])).toMatchObject({ exitCode: 0 });
    const copy = await startRestored();
    expect(await copy.view()).toMatchObject({
      status: 'licensed',
      serverId: 'srv-store-1',
      reason: 'reauthorization-required',
      reauthorizationRequired: true,
      token: { status: 'valid', nextRefreshAt: null },
    });
    expect(await sequenceOf(copy)).toBeGreaterThan(before);
    // The copy does not use the grant by itself, and not when a refresh is requested.
    await copy.tick();
    await copy.as('post', '/api/license/refresh').expect(404);
    await copy.tick();
    await refresh(original);
    expect(await original.view()).toMatchObject({ status: 'licensed', reason: 'refreshed' });
    // Removing the license of the copy does not revoke the grant of the original.
    await copy.as('delete', '/api/license').expect(204);
    await copy.tick();
    await refresh(original);
    expect(await original.view()).toMatchObject({ status: 'licensed', reason: 'refreshed' });
    expect((await copy.as('get', '/api/license/audit/verification').expect(200)).body).toMatchObject({
      isIntact: true,
    });
  });

  it('refreshes again after a person has authorized it', async () => {
    await runCommand(target, ['restore', backup]);
    const copy = await startRestored();
    expect(await copy.acquire(mock)).toMatchObject({
      status: 'licensed',
      reason: 'acquired',
      reauthorizationRequired: false,
    });
    await refresh(copy);
    expect(await copy.view()).toMatchObject({ reason: 'refreshed' });
  });

  it('loses the license when its token expires, if nobody authorizes it', async () => {
    await runCommand(target, ['restore', backup]);
    const copy = await startRestored();
    clock.advance(8 * 86_400_000);
    await copy.tick();
    expect(await copy.view()).toMatchObject({ status: 'unlicensed', reason: 'revoked' });
  });

  it('refreshes by itself if its original is gone and the grant was not used after the backup', async () => {
    await runCommand(original, ['backup', join(folder, 'late.sqlite')]);
    await original.close();
    const ended = await runCommand(target, ['restore', join(folder, 'late.sqlite'), '--original-is-gone']);
    expect(ended).toMatchObject({ exitCode: 0, notes: expect.stringMatching(/at its next start/) });
    const copy = await startRestored();
    await copy.tick();
    expect(await copy.view()).toMatchObject({
      status: 'licensed',
      reason: 'refreshed',
      reauthorizationRequired: false,
    });
  });

  it('keeps the license until its token expires if its original is gone but the grant was used after the backup', async () => {
    await original.close();
    await runCommand(target, ['restore', backup, '--original-is-gone']);
    const copy = await startRestored();
    await copy.tick();
    expect(await copy.view()).toMatchObject({ status: 'licensed', reauthorizationRequired: true });
  });

  it('publishes one event, and none of those that were waiting in the backup', async () => {
    await runCommand(target, ['restore', backup]);
    const copy = await startRestored();
    const waiting = (await readOutbox(copy)).filter(({ publishedAt }) => publishedAt === null);
    expect(waiting.map(({ body }) => (JSON.parse(body) as { data: { reason: string } }).data.reason)).toEqual(
      ['reauthorization-required'],
    );
  });

  it('replaces existing files only with --force, and then renames them', async () => {
    await runCommand(target, ['restore', backup]);
    const refused = await runCommand(target, ['restore', backup]);
    expect(refused).toMatchObject({
      exitCode: 1,
      notes: expect.stringMatching(/already .*licensing\.sqlite.*--force/),
    });
    const forced = await runCommand(target, ['restore', backup, '--force']);
    expect(forced.exitCode).toBe(0);
    const names = await readdir(target.dataDir);
    expect(names.filter((name) => /^licensing\.sqlite\.replaced-\d{8}T\d{6}Z$/.test(name))).toHaveLength(1);
    expect(names.filter((name) => name.startsWith('encryption-key.replaced-'))).toHaveLength(1);
    expect(await (await startRestored()).view()).toMatchObject({ status: 'licensed' });
  });

  it('keeps the file with the admin token if the token opens the restored database, and renames it otherwise', async () => {
    await original.close();
    const tokenPath = join(original.dataDir, 'initial-admin-token');
    const restore = () => runCommand({ dataDir: original.dataDir }, ['restore', backup, '--force']);
    expect((await restore()).notes).not.toMatch(/admin-token/);
    expect((await readFile(tokenPath, 'utf8')).trim()).toBe(original.adminToken);
    await writeFile(tokenPath, 'the token of another server', { mode: 0o600 });
    expect((await restore()).notes).toMatch(
      /kept as .*initial-admin-token\.replaced-\d{8}T\d{6}Z[^]*run pos-licensing reset-admin-token/,
    );
    await expect(readFile(tokenPath)).rejects.toThrow(/ENOENT/);
  });

  it('does not replace a running one', async () => {
    const ended = await runCommand({ dataDir: original.dataDir }, ['restore', backup, '--force']);
    expect(ended).toMatchObject({ exitCode: 3, notes: expect.stringMatching(/stop the service/) });
    await refresh(original);
  });

  it('stays licensed until its token expires if its key is lost, and can be authorized again', async () => {
    await rm(`${backup}.key`);
    expect(await runCommand(target, ['restore', backup, '--without-key'])).toMatchObject({ exitCode: 0 });
    const copy = await startRestored();
    expect(await copy.view()).toMatchObject({ status: 'licensed', reauthorizationRequired: true });
    expect(await copy.acquire(mock)).toMatchObject({ reason: 'acquired' });
    await refresh(copy);
  });

  it('is made safe in place if it was restored by other means', async () => {
    await original.close();
    expect(await runCommand({ dataDir: original.dataDir }, ['restore', '--in-place'])).toMatchObject({
      exitCode: 0,
    });
    target = { dataDir: original.dataDir };
    expect(await (await startRestored()).view()).toMatchObject({
      status: 'licensed',
      reauthorizationRequired: true,
    });
  });
});
