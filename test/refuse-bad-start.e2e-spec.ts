import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Sqlite } from '../src/persistence/sqlite.js';
import { attemptStart } from './support/attempt-start.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { startApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { type EndedProcess, runProcess } from './support/start-process.js';
import { refreshPath } from './support/start-store.js';

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

/** Expects one message for a person, with the remedy and without a stack trace. */
function expectExplained(output: string, ...messages: (string | RegExp)[]): void {
  for (const message of messages) expect(output).toMatch(message);
  expect(output.match(/The service cannot start/g)).toHaveLength(1);
  expect(output).not.toMatch(/^\s+at |node_modules/m);
}

/** Expects that the process has ended by itself, with these messages. */
function expectRefusal({ exitCode, output }: EndedProcess, ...messages: (string | RegExp)[]): void {
  expect(exitCode).toBe(1);
  expectExplained(output, ...messages);
}

describe('a start', () => {
  let dataDir: string;

  beforeAll(ensureBuilt, buildTimeoutMs);

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'bad-start-'));
  });

  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const databasePath = () => join(dataDir, 'licensing.sqlite');
  const attempt = (environment: Record<string, string> = {}) =>
    attemptStart({ DATA_DIR: dataDir, ...environment });

  it('ends with code 0 at a signal that arrives while the modules of the service load', async () => {
    const preload = new URL('support/stop-while-loading.mjs', import.meta.url);
    const environment = { NODE_OPTIONS: `--import=${preload.href}` };
    const { exitCode, output } = await runProcess({ dataDir, environment });
    expect(exitCode, output).toBe(0);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('names the Node version that is needed in one line if this one is too old, also on the command line', async () => {
    const pretend = 'Object.defineProperty(process.versions,"node",{value:"20.18.3"})';
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(pretend)}`;
    const message = 'Node 20.19 or newer is needed; this is Node 20.18.3.\n';
    const { exitCode, output } = await runProcess({ dataDir, environment: { NODE_OPTIONS } });
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: message });
    const commandLine = join(import.meta.dirname, '../dist/cli.js');
    const { status, stderr } = spawnSync(process.execPath, [commandLine, 'status'], {
      env: { NODE_OPTIONS },
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: message });
  });

  it('lists all bad settings together, and creates no file', async () => {
    const environment = {
      PORT: '70000',
      LOG_LEVEL: 'loud',
      DOCS: 'maybe',
      NATS_URL: 'broker',
      AUTH_SERVER_URL: 'ftp://cloud.example',
      REFRESH_INTERVAL: 'daily',
      TOKEN_WARNINGS: '6h,24h,48h,1h',
      RENEWAL_WARNING_DAYS: '-1',
      ADMIN_TOKEN: 'short',
      ENCRYPTION_KEY: 'not-a-key',
      DATABASE_URL: 'mysql://x',
    };
    const output = await attempt(environment);
    const lines = output.split('\n').filter((line) => line.startsWith('  - '));
    expectExplained(output, 'Invalid settings');
    expect(lines.map((line) => /[A-Z_]{4,}/.exec(line)?.[0] ?? line).toSorted()).toEqual([
      'ADMIN_TOKEN',
      'AUTH_SERVER_URL',
      'DATABASE_URL',
      'DOCS',
      'ENCRYPTION_KEY',
      'LOG_LEVEL',
      'NATS_URL',
      'PORT',
      'REFRESH_INTERVAL',
      'RENEWAL_WARNING_DAYS',
      'TOKEN_WARNINGS',
    ]);
    expect(output).not.toContain('not-a-key');
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('refuses every secret that is set together with its file, and shows neither', async () => {
    const names = ['ADMIN_TOKEN', 'ENCRYPTION_KEY', 'NATS_PASSWORD', 'DATABASE_URL'];
    const file = join(dataDir, 'secret');
    await writeFile(file, 'from-the-file');
    const output = await attempt(
      Object.fromEntries(
        names.flatMap((name) => [
          [name, 'from-the-environment'],
          [`${name}_FILE`, file],
        ]),
      ),
    );
    expectExplained(output, ...names.map((name) => `${name} and ${name}_FILE are both set: remove one`));
    expect(output).not.toMatch(/from-the-(file|environment)/);
  });

  it('refuses a secret file that cannot be read', async () => {
    expectExplained(
      await attempt({ ADMIN_TOKEN_FILE: join(dataDir, 'none') }),
      /ADMIN_TOKEN_FILE names a file that/,
    );
  });

  it('refuses settings that are valid separately but not together', async () => {
    const output = await attempt({
      NATS_USER: 'licensing',
      AUTH_SERVER_URL: 'http://cloud.example',
      TOKEN_WARNINGS: '6h,24h',
    });
    expectExplained(
      output,
      /NATS_USER and NATS_PASSWORD must be set together/,
      /AUTH_SERVER_URL must begin with https:\/\/.*ALLOW_INSECURE_AUTH_SERVER=on/,
      /TOKEN_WARNINGS must be sorted from the longest to the shortest/,
    );
  });

  it('names the setting of an address that does not belong to this machine', async () => {
    expectExplained(await attempt({ HOST: '192.0.2.1' }), /Check HOST, PORT/);
  });

  it('names the port setting if the port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const output = await attempt({ PORT: String((taken.address() as AddressInfo).port) });
    taken.close();
    expectExplained(output, /port \d+ is in use.*set PORT/);
  });

  it('does not change the database of another program', async () => {
    const foreign = new Sqlite(databasePath());
    foreign.exec(
      "CREATE TABLE license (id INTEGER PRIMARY KEY, note TEXT); INSERT INTO license VALUES (7, 'mine')",
    );
    foreign.close();
    await chmod(databasePath(), 0o600);
    const before = await snapshot(dataDir);
    expectExplained(await attempt(), /is a database of another program: change DATABASE_URL or DATA_DIR/);
    expect(await snapshot(dataDir)).toEqual(before);
  });

  it('does not change a file that is not a database', async () => {
    await writeFile(databasePath(), randomBytes(50_000), { mode: 0o600 });
    const before = await snapshot(dataDir);
    expectExplained(await attempt(), /is damaged or not a database: move it away and restore a backup/);
    expect(await snapshot(dataDir)).toEqual(before);
  });

  it('refuses a folder that is a file, and does not change it', async () => {
    const file = join(dataDir, 'file');
    await writeFile(file, 'a letter');
    expectExplained(await attempt({ DATA_DIR: file }), /cannot be opened: DATA_DIR must name a folder/);
    expect(await readFile(file, 'utf8')).toBe('a letter');
  });

  it('refuses a database path that is a folder', async () => {
    await mkdir(databasePath());
    expectExplained(await attempt(), /licensing\.sqlite cannot be opened: .*must be a file/);
  });

  it.skipIf(isRoot && !canNobodyReadThis())('refuses a folder without write access', async () => {
    await chmod(dataDir, 0o555);
    const ended = await runProcess({ dataDir, ...(isRoot && { uid: nobody }) });
    await chmod(dataDir, 0o755);
    expectRefusal(ended, /cannot be written: give this user write access/);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('succeeds while neither the Authorization server nor the broker answers', async () => {
    const service = await startApp({ dataDir });
    await service.as('get', '/health/ready').expect(200);
    expect(await service.view()).toMatchObject({ status: 'unlicensed' });
    await service.close();
  });
});

describe('a start on the folder of a licensed server', () => {
  let mock: TestMock;
  let dataDir: string;

  beforeAll(async () => {
    await ensureBuilt();
    mock = await startMock();
    const service = await startApp({ mock });
    dataDir = service.dataDir;
    await service.acquire(mock);
    await service.close();
  }, buildTimeoutMs);

  afterAll(async () => {
    await mock.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  afterEach(async () => {
    const service = await startApp({ mock, dataDir });
    expect(await service.view()).toMatchObject({ status: 'licensed', serverId: 'srv-store-1' });
    await service.as('post', refreshPath).expect(200);
    await service.close();
  });

  const databasePath = () => join(dataDir, 'licensing.sqlite');
  const run = (environment: Record<string, string> = {}) => runProcess({ mock, dataDir, environment });
  const attempt = () => attemptStart({ DATA_DIR: dataDir, AUTH_SERVER_URL: mock.url });

  it('refuses another encryption key, names the remedy, and damages nothing; its log begins with version and settings', async () => {
    const before = await snapshot(dataDir);
    const key = randomBytes(32).toString('base64');
    const ended = await run({ ENCRYPTION_KEY: key });
    const [first, second] = ended.output.split('\n');
    expect(first).toMatch(/Licensing service \d+\.\d+\.\d+ starts on Node\.js \d+/);
    expect(second).toMatch(/Settings that differ from their defaults: .*ENCRYPTION_KEY \(secret\)/);
    expect(ended.output).not.toContain(key);
    expectRefusal(ended, /cannot be decrypted\. Was ENCRYPTION_KEY .* replaced\? Put back the key/);
    expect(await snapshot(dataDir)).toEqual(before);
  });

  it('refuses a key file that contains no key', async () => {
    const path = join(dataDir, 'encryption-key');
    const key = await readFile(path);
    await writeFile(path, 'half a k');
    const output = await attempt();
    await writeFile(path, key);
    expectExplained(output, /encryption-key is not 32 bytes in base64: put back the correct key/);
  });

  it.each(['encryption-key', 'licensing.sqlite'])('refuses %s when others can read it', async (name) => {
    await chmod(join(dataDir, name), 0o644);
    const before = await snapshot(dataDir);
    const output = await attempt();
    const after = await snapshot(dataDir);
    await chmod(join(dataDir, name), 0o600);
    expect(after).toEqual(before);
    expectExplained(output, new RegExp(`Other users can read .*${name}: run chmod 600`));
  });

  it('refuses a database that another process has locked', async () => {
    const other = new Sqlite(databasePath());
    other.pragma('locking_mode = EXCLUSIVE');
    other.exec('BEGIN EXCLUSIVE');
    const output = await attempt();
    other.exec('ROLLBACK');
    other.close();
    expectExplained(output, /is locked by another process: stop the service that uses this DATA_DIR/);
  });

  it('refuses a folder that another service uses, and does not disturb that service', async () => {
    const first = await startApp({ mock, dataDir });
    const ended = await run();
    expect(await first.view()).toMatchObject({ status: 'licensed' });
    await first.close();
    expectRefusal(ended, /is locked by another process: stop the service that uses this DATA_DIR/);
  });

  it('refuses a database with overwritten pages, and does not change it', async () => {
    const whole = await readFile(databasePath());
    const file = await open(databasePath(), 'r+');
    await file.write(randomBytes(8192), 0, 8192, 8192);
    await file.close();
    const before = await snapshot(dataDir);
    const ended = await run();
    const after = await snapshot(dataDir);
    await writeFile(databasePath(), whole);
    expect(after).toEqual(before);
    expectRefusal(ended, /is damaged or not a database: move it away and restore a backup/);
  });
});

/** Returns the mode and the hash of each relevant file in a folder. */
async function snapshot(folder: string): Promise<Record<string, string>> {
  const entries: Record<string, string> = {};
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mode, size } = await stat(path);
    // SQLite leaves these files if the database is not closed: the index of the log, and an empty log.
    if (name.endsWith('-shm') || (name.endsWith('-wal') && size === 0)) continue;
    entries[name] = `${mode.toString(8)} ${createHash('sha256')
      .update(await readFile(path))
      .digest('hex')}`;
  }
  return entries;
}

/** Returns whether the user `nobody` can read the checkout: root may write everywhere, so that user has to try. */
function canNobodyReadThis(): boolean {
  const code = `require('node:fs').readFileSync(${JSON.stringify(import.meta.filename)})`;
  return spawnSync(process.execPath, ['-e', code], { uid: nobody, gid: nobody }).status === 0;
}
