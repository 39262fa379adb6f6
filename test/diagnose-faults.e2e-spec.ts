import { once } from 'node:events';
import { chmod, cp, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OutboxRelay } from '../src/outbox/outbox-relay.js';
import type { Finding } from '../src/cli/doctor/finding.js';
import { Sqlite } from '../src/persistence/sqlite.js';
import { brokerEnvironment } from './support/broker-environment.js';
import { createCertificateAuthority } from './support/certificate-authority.js';
import { holdScheduler } from './support/hold-scheduler.js';
import { connectAsService } from './support/read-stream.js';
import { runCommand } from './support/run-command.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { startOtherBroker } from './support/start-other-broker.js';
import { startTlsFront } from './support/start-tls-front.js';

type Environment = Record<string, string | undefined>;

let mock: TestMock;
let nats: TestNats;
let app: TestApp;
/** The settings of the running service. */
let environment: Environment;

beforeAll(async () => {
  [mock, nats] = await Promise.all([startMock(), startNats()]);
  app = await startApp({ mock, nats });
  environment = {
    AUTH_SERVER_URL: mock.url,
    ...brokerEnvironment(nats),
  };
  await app.acquire(mock);
});

afterAll(async () => {
  await app.stop();
  await Promise.all([mock.stop(), nats.stop()]);
});

/** Returns the warnings and failures of the doctor, after a check of its exit code and its remedies. */
async function diagnose(
  changes: Environment = {},
  target: { dataDir: string; url?: string } = app,
): Promise<Finding[]> {
  const { exitCode, output } = await runCommand({ ...target, environment: { ...environment, ...changes } }, [
    'doctor',
    '--json',
  ]);
  const findings = JSON.parse(output) as Finding[];
  expect(exitCode).toBe(findings.some(({ verdict }) => verdict === 'fail') ? 4 : 0);
  for (const { verdict, remedy } of findings)
    expect(remedy !== null).toBe(verdict === 'warn' || verdict === 'fail');
  return findings.filter(({ verdict }) => verdict === 'warn' || verdict === 'fail');
}

const faultOf = (check: string, message: RegExp, remedy: RegExp) => ({
  check,
  verdict: 'fail',
  message: expect.stringMatching(message),
  remedy: expect.stringMatching(remedy),
});

/** It stays in the report until the next start of the service. */
const lost = expect.objectContaining({
  check: 'stream',
  verdict: 'warn',
  message: expect.stringMatching(/lost its last license\.status event.*published again/),
}) as unknown;

describe('the doctor of a running service', () => {
  it('reports nothing if nothing is wrong, and lists its checks', async () => {
    expect(await diagnose()).toEqual([]);
    expect(await diagnose({ NATS_URL: `${nats.url},nats://127.0.0.1:9` })).toEqual([]);
    const { exitCode, output } = await runCommand({ ...app, environment }, ['doctor']);
    expect(exitCode).toBe(0);
    const checks = [...output.matchAll(/^ok +([a-z-]+) /gm)].map(([, check]) => check);
    expect(checks).toEqual([
      'settings',
      'files',
      'disk',
      'service',
      'database',
      'admin-token',
      'license',
      'authorization-server',
      'clock',
      'broker',
      'stream',
      'callout',
      'system-account',
      'stores-account',
    ]);
    expect(output).toMatch(/\nNo faults\.$/);
  });

  it('asks the service about its broker and Authorization server, which its own settings do not name', async () => {
    const ask = async () => {
      const { output } = await runCommand(
        { ...app, environment: { AUTH_SERVER_URL: undefined, NATS_URL: undefined } },
        ['doctor', '--json'],
      );
      return (JSON.parse(output) as Finding[]).filter(({ verdict }) => verdict !== 'ok');
    };
    expect(await ask()).toEqual([]);
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    await app.as('post', '/api/license/refresh').expect(503);
    expect(await ask()).toEqual([
      faultOf('authorization-server', /cannot be reached/, /internet connection/),
    ]);
    await mock.control('PUT', '/mock/faults', { mode: 'none' });
    await app.as('post', '/api/license/refresh').expect(200);
    expect(await ask()).toEqual([]);
  });

  it.each<[string, Environment, ReturnType<typeof faultOf>[]]>([
    [
      'all invalid settings',
      { LOG_LEVEL: 'loud', REFRESH_INTERVAL: 'daily' },
      [faultOf('settings', /REFRESH_INTERVAL/, /Correct/), faultOf('settings', /LOG_LEVEL/, /Correct/)],
    ],
    [
      'a different admin token',
      { ADMIN_TOKEN: 'another-admin-token' },
      [faultOf('admin-token', /rejects the admin token/, /reset-admin-token/)],
    ],
    [
      'an unreachable Authorization server',
      { AUTH_SERVER_URL: 'http://127.0.0.1:9' },
      [faultOf('authorization-server', /cannot be reached/, /internet connection.*AUTH_SERVER_URL/)],
    ],
    [
      'an unreachable proxy',
      { HTTP_PROXY: 'http://127.0.0.1:9' },
      [faultOf('proxy', /127\.0\.0\.1:9 \(HTTP_PROXY\)/, /NO_PROXY/)],
    ],
    [
      'an unreachable broker',
      { NATS_URL: 'nats://127.0.0.1:9' },
      [faultOf('broker', /No broker answers at nats:\/\/127\.0\.0\.1:9/, /NATS_URL/)],
    ],
    [
      'a password that the broker refuses',
      { NATS_PASSWORD: 'wrong' },
      [faultOf('broker', /rejects the login/, /NATS_PASSWORD/)],
    ],
    [
      'a password of the auth callout that the broker refuses',
      { NATS_CALLOUT_PASSWORD: 'wrong' },
      [faultOf('callout', /rejects the login of the user callout/, /NATS_CALLOUT_PASSWORD/)],
    ],
    [
      'a password of the system account that the broker refuses',
      { NATS_SYS_PASSWORD: 'wrong' },
      [faultOf('system-account', /rejects the login of the user sys/, /NATS_SYS_PASSWORD/)],
    ],
  ])('reports %s', async (_, changes, expected) => {
    const findings = await diagnose(changes);
    expect(findings).toHaveLength(expected.length);
    expect(findings).toEqual(expect.arrayContaining(expected));
  });

  it('reports an issuer with another URL than the configured one', async () => {
    const url = mock.url.replace('127.0.0.1', 'localhost');
    expect(await diagnose({ AUTH_SERVER_URL: url })).toEqual([
      faultOf('authorization-server', /"issuer" in the metadata must be/, /AUTH_SERVER_URL/),
    ]);
  });

  it('warns of an unreachable hub, and links to its section in the runbook', async () => {
    const changes = { HUB_NATS_URL: 'nats://127.0.0.1:9', RUNBOOK_URL: 'https://wiki.example/operations' };
    expect(await diagnose(changes)).toEqual([
      expect.objectContaining({
        check: 'hub',
        verdict: 'warn',
        remedy: expect.stringMatching(/HUB_NATS_URL.* See https:\/\/wiki\.example\/operations#hubaway$/),
      }),
    ]);
  });

  it('reports a clock that is wrong', async () => {
    await mock.control('PUT', '/mock/faults', { mode: 'clock-skew', skewSeconds: 7200 });
    const findings = await diagnose();
    await mock.control('PUT', '/mock/faults', { mode: 'none' });
    expect(findings).toEqual([faultOf('clock', /\b7\d\d\d s behind/, /NTP/)]);
  });

  it('reports an untrusted certificate, and the setting for its authority', async () => {
    const front = await startTlsFront(
      Number(new URL(mock.url).port),
      createCertificateAuthority().issue('as.example'),
    );
    const findings = await diagnose({ AUTH_SERVER_URL: `https://127.0.0.1:${front.port}` });
    await front.stop();
    expect(findings).toEqual([
      faultOf('authorization-server', /certificate.*not trusted/, /NODE_EXTRA_CA_CERTS/),
    ]);
  });

  it('reports a login page in place of the Authorization server, and another program on the port of the service', async () => {
    const other = await startHtmlServer();
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const captive = await diagnose({ AUTH_SERVER_URL: url });
    const taken = await diagnose({}, { dataDir: app.dataDir, url });
    other.close();
    expect(captive).toEqual([faultOf('authorization-server', /must be a JSON object/, /login page/)]);
    expect(taken).toEqual([
      faultOf('service', /Another program/, /HOST and PORT/),
      faultOf('database', /the service does not answer/, /PORT/),
    ]);
  });

  it('reports a deleted stream, and afterwards that the service published the lost event again', async () => {
    // The service itself looks at the stream each minute, and would restore it.
    holdScheduler(app);
    const connection = await connectAsService(nats);
    await (await jetstreamManager(connection)).streams.delete('LICENSING');
    await connection.close();
    expect(await diagnose()).toEqual([faultOf('stream', /no stream LICENSING/, /log of the service/)]);
    await app.app.get(OutboxRelay).checkStream();
    await expect.poll(() => diagnose()).toEqual([lost]);
  });

  it('reports a broker without JetStream', async () => {
    await nats.kill();
    const broker = await startOtherBroker(nats, 'no-jetstream');
    await expect
      .poll(() => diagnose({ NATS_CALLOUT_USER: '', NATS_CALLOUT_PASSWORD: '', NATS_ISSUER_SEED: '' }))
      .toEqual([
        faultOf('stream', /JetStream cannot be used/, /Enable JetStream/),
        expect.objectContaining({ check: 'callout', verdict: 'warn' }),
        lost,
      ]);
    await broker.stop();
    await nats.restart();
    await expect.poll(() => diagnose(), { timeout: 20_000 }).toEqual([lost]);
  });
});

describe('the doctor of a service that does not run', () => {
  let whole: string;
  let dataDir: string;

  beforeAll(async () => {
    await app.close();
    whole = app.dataDir;
  });

  beforeEach(async () => {
    dataDir = join(await mkdtemp(join(tmpdir(), 'doctor-')), 'data');
    await cp(whole, dataDir, { recursive: true });
  });

  afterEach(() => rm(join(dataDir, '..'), { recursive: true, force: true }));

  const databasePath = () => join(dataDir, 'licensing.sqlite');
  const keyPath = () => join(dataDir, 'encryption-key');
  const away = expect.objectContaining({
    check: 'service',
    verdict: 'warn',
    remedy: expect.stringMatching(/Start it/),
  }) as unknown;

  function readTrigger(name: string): string {
    const database = new Sqlite(databasePath());
    const { sql } = database.prepare('SELECT sql FROM sqlite_master WHERE name = ?').get(name) as {
      sql: string;
    };
    database.close();
    return sql;
  }

  function change(statement: string): void {
    const database = new Sqlite(databasePath());
    database.exec(statement);
    database.close();
  }

  it('reports only that the service does not run', async () => {
    expect(await diagnose({}, { dataDir })).toEqual([away]);
  });

  it.each<[string, () => unknown, ReturnType<typeof faultOf>]>([
    [
      'a key that others can read',
      () => chmod(keyPath(), 0o644),
      faultOf('files', /encryption-key/, /chmod 600/),
    ],
    [
      'a key that was replaced',
      () => writeFile(keyPath(), Buffer.alloc(32, 7).toString('base64')),
      faultOf('encryption-key', /does not match the database/, /from its backup/),
    ],
    [
      'an invalid key',
      () => writeFile(keyPath(), 'half a k'),
      faultOf('encryption-key', /is not 32 bytes/, /from its backup/),
    ],
    [
      'a key that is missing',
      () => rm(keyPath()),
      faultOf('encryption-key', /There is no .*encryption-key/, /--without-key/),
    ],
    ['a database that is damaged', damage, faultOf('database', /damaged/, /restore a backup/)],
    [
      'a database of another program',
      () => change('PRAGMA application_id = 1'),
      faultOf('database', /another program/, /Change DATABASE_URL or DATA_DIR/),
    ],
    [
      'a database of a newer version',
      () => change("INSERT INTO migrations (timestamp, name) VALUES (9, 'Tomorrow9')"),
      faultOf('database', /newer version.*Tomorrow9/, /Start that version/),
    ],
    [
      'a database whose protection of the audit trail was removed',
      () => change('DROP TRIGGER audit_entry_refuses_update'),
      faultOf('database', /audit_entry_refuses_update/, /a backup that you trust/),
    ],
    [
      'a trail that was tampered with',
      () => {
        const guard = readTrigger('audit_entry_refuses_update');
        change(
          `DROP TRIGGER audit_entry_refuses_update; UPDATE audit_entry SET actor = 'nobody' WHERE id = 1`,
        );
        change(guard);
      },
      faultOf('audit-trail', /Entry 1 /, /audit --verify/),
    ],
    [
      'an outdated admin token',
      () => writeFile(join(dataDir, 'initial-admin-token'), 'an-old-admin-token'),
      faultOf('admin-token', /does not match the database/, /reset-admin-token/),
    ],
  ])('reports %s', async (_, plant, expected) => {
    await plant();
    const findings = await diagnose({}, { dataDir });
    expect(findings).toHaveLength(2);
    expect(findings).toEqual(expect.arrayContaining([away, expected]));
  });

  it('reports a database that another process has locked', async () => {
    const holder = new Sqlite(databasePath());
    holder.exec('BEGIN EXCLUSIVE');
    const findings = await diagnose({}, { dataDir });
    holder.exec('ROLLBACK');
    holder.close();
    expect(findings).toEqual([
      away,
      faultOf('database', /Another process has the database open/, /hanging process/),
    ]);
  });

  it('reports a data folder that is a file', async () => {
    expect(await diagnose({ DATA_DIR: keyPath() }, { dataDir })).toEqual(
      expect.arrayContaining([faultOf('files', /is not a folder/, /DATA_DIR/)]),
    );
  });

  async function damage(): Promise<void> {
    const file = await open(databasePath(), 'r+');
    await file.write(Buffer.alloc(8192, 7), 0, 8192, 8192);
    await file.close();
  }
});

async function startHtmlServer(): Promise<Server> {
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<h1>Welcome to our network</h1>'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
