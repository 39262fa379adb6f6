import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import supertest from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { withAuditSource } from '../src/cli/audit-source.js';
import type { CommandInput } from '../src/cli/command.js';
import type { SupportBundle } from '../src/cli/support-bundle/support-bundle.js';
import { loadSettings } from '../src/config/load-settings.js';
import { Database } from '../src/persistence/database.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { runCommand, runCommandProcess, startCommand } from './support/run-command.js';
import { expectNoSecretsInLog } from './support/secret-scanner.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';

const patience = { timeout: 20_000 };
const runbookUrl = 'https://wiki.example/operations';
let mock: TestMock;
let app: TestApp;

beforeAll(async () => {
  await ensureBuilt();
  mock = await startMock();
  app = await startApp({ mock, environment: { RUNBOOK_URL: runbookUrl } });
}, buildTimeoutMs);

afterAll(async () => {
  await app.stop();
  await mock.stop();
});

const run = (...args: string[]) => runCommand(app, args);

const health = async () => (await supertest(app.url).get('/health')).body as { details: object };

async function askAs(deviceId: string, status: number): Promise<void> {
  const answer = supertest(app.url).get('/api/peers/me');
  await answer.set('Authorization', `Bearer ${await mock.issueToken(deviceId)}`).expect(status);
}

/** Returns the user code that a command has printed. */
async function codeOf(command: { text(): string }): Promise<string> {
  return vi.waitFor(() => {
    const [code] = /\b[A-Z]{4}-[A-Z]{4}\b/.exec(command.text()) ?? [];
    if (code === undefined) throw new Error('No code yet.');
    return code;
  }, patience);
}

/** Returns the head of an exported audit trail, whose hashes it recomputes. */
function headOf(lines: readonly string[]): string {
  let hash = '';
  for (const line of lines) {
    const { id: _id, hash: reported, ...entry } = JSON.parse(line) as { id: number; hash: string };
    hash = createHash('sha256')
      .update(`${hash}\n${JSON.stringify(Object.values(entry))}`)
      .digest('hex');
    expect(reported).toBe(hash);
  }
  return hash;
}

/** Starts a server that answers like the service, with texts that would forge lines and control a terminal. */
async function startHostileServer(): Promise<Server> {
  const text = `a\r\nFORGED\n\u001b[2J\u202e${'x'.repeat(100_000)}`;
  const peer = { deviceId: text, name: text, kind: text, refusal: text, refusedAt: text, attention: [text] };
  const part = { status: text, message: text, [text]: { [text]: text } };
  const answers: Readonly<Record<string, object>> = {
    '/health': { status: text, version: text, details: { nats: part, clock: part, [text]: part } },
    '/health/ready': { status: text },
    '/api/peers': {
      peers: [peer],
      counts: { total: text, connected: text, attention: text },
      nextAfter: null,
    },
    '/api/events': {
      events: [{ sequence: '1', time: text, type: 'license.status', data: { status: text, reason: text } }],
    },
    '/api/license': {
      statusText: text,
      status: 'licensed',
      standing: { reason: 'licensed', usableUntil: null, limitedBy: null },
      serverId: text,
      serverName: text,
      organization: null,
      renewalDate: null,
      features: [text],
      hub: { name: text, url: text },
      token: { status: text, expiresAt: null, nextRefreshAt: null },
      connection: { offlineSince: null, lastContactAt: null, lastError: { code: text, message: text } },
      serviceVersion: text,
    },
  };
  const server = createServer(({ url = '' }, response) => {
    const path = url.replace(/\?.*/, '');
    const isFirstPage = !/after=[1-9]|before=1\b/.test(url);
    response.end(JSON.stringify((isFirstPage && answers[path]) || { events: [], detail: text, code: text }));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe('pos-licensing', () => {
  it('is one program that lists its commands, each with its own help', async () => {
    const { exitCode, output } = await runCommandProcess(app, ['--help']);
    expect(exitCode).toBe(0);
    const names = [...output.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, name = '']) => name);
    expect(names).toEqual(
      'status authorize refresh remove audit backup restore rotate-key reset-admin-token check-authorization-server doctor health peers events support-bundle'.split(
        ' ',
      ),
    );
    for (const name of names) {
      const help = await run(name, '--help');
      expect(help.exitCode).toBe(0);
      expect(help.output).toMatch(new RegExp(`^Usage: pos-licensing ${name}`));
    }
  });

  it('ends with one line and code 1 if its output goes to a full disk', async () => {
    const fullDisk = await open('/dev/full', 'w');
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(import.meta.dirname, '../dist/cli.js'), '--version'],
      { stdio: ['ignore', fullDisk.fd, 'pipe'], encoding: 'utf8', timeout: 20_000 },
    );
    await fullDisk.close();
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^Cannot write the output: ENOSPC.*\n$/),
    });
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8')) as {
      version: string;
    };
    expect((await run('--version')).output).toBe(version);
  });

  it('ends with 4 at an Authorization server that does not fit, and names the remedy', async () => {
    const profile = join(app.dataDir, 'profile.json');
    await writeFile(profile, '{"algorithms":["RS256"]}');
    const { exitCode, output } = await runCommandProcess(
      { ...app, environment: { AUTH_SERVER_URL: mock.url, AUTH_SERVER_PROFILE: profile } },
      ['check-authorization-server', '--no-device-flow'],
    );
    expect(exitCode).toBe(4);
    expect(output).toMatch(/fail +keys +No key at "jwks_uri" fits RS256; published: ES256/);
    expect(output).toContain(
      '→ Publish such a key, or add the algorithm of the server to "algorithms" in the profile.',
    );
  });

  it('is a command of npx in a checkout', () => {
    const checkout = { cwd: join(import.meta.dirname, '..'), encoding: 'utf8', timeout: 20_000 } as const;
    const { stdout } = spawnSync('npx', ['--offline', '--', 'pos-licensing', 'peers', '--help'], checkout);
    expect(stdout).toMatch(/^Usage: pos-licensing peers/);
  });

  it.each([
    [[], /Usage/],
    [['sell'], /^Unknown command "sell"\. pos-licensing --help/],
    [['staus'], /^Unknown command "staus"\. Did you mean "status"\?/],
    [['status', '--loud'], /'--loud'\. pos-licensing status --help/],
    [['status', '--jsno'], /'--jsno'\. Did you mean --json\?/],
    [['status', 'now'], /Usage: pos-licensing status/],
    [['backup'], /Usage: pos-licensing backup <file>/],
    [['audit', '--limit', '0'], /--limit must be/],
    [['audit', '--verify', '--head', 'x'], /--head must be/],
    [['status', '--url', 'here'], /--url must be/],
    [['events', '--since', 'yesterday'], /--since must be/],
    [['peers', '--kind', 'till'], /--kind must be/],
    [['support-bundle'], /Usage: pos-licensing support-bundle <file>/],
    [['restore'], /Name the backup file/],
    [['restore', 'x', '--in-place'], /--in-place can only be combined with/],
  ])('ends with 2 for the arguments %j', async (args, message) => {
    const { exitCode, output, notes } = await run(...args);
    expect(exitCode).toBe(2);
    expect(`${output}${notes}`).toMatch(message);
    expect(notes).not.toMatch(/^\s+at /m);
  });

  it('ends with 2 for invalid settings, and lists them', async () => {
    const ended = await runCommand({ ...app, environment: { PORT: 'x', LOG_LEVEL: 'loud' } }, ['status']);
    expect(ended.exitCode).toBe(2);
    expect(ended.notes).toMatch(/PORT must be[^]*LOG_LEVEL must be/);
  });

  it('ends with 3 if another program answers', async () => {
    expect(await run('refresh', '--url', mock.url)).toMatchObject({
      exitCode: 3,
      notes: expect.stringMatching(/Another program answers.*check --url/),
    });
  });

  it.each(['health', 'peers', 'events', 'status', 'doctor', 'support-bundle -'])(
    'prints no line that a hostile server at --url made up, nor its escapes, at `%s`',
    async (command) => {
      const server = await startHostileServer();
      onTestFinished(() => void server.close());
      const { port } = server.address() as AddressInfo;
      const { output, notes } = await run(...command.split(' '), '--url', `http://127.0.0.1:${port}`);
      expect(output).toContain('FORGED');
      const lines = [output, notes].join('\n').split('\n');
      expect(lines.filter((line) => /^FORGED|[\p{Cc}\u202e]/u.test(line))).toEqual([]);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(50_000);
    },
  );

  it('names the remedy for an admin token that is incorrect or missing', async () => {
    const path = join(app.dataDir, 'wrong-token');
    await writeFile(path, 'not-the-admin-token');
    const wrong = await run('status', '--token-file', path);
    expect(wrong).toMatchObject({
      exitCode: 1,
      notes: expect.stringMatching(/--token-file.*reset-admin-token/),
    });
    const missing = await run('status', '--token-file', `${path}.none`);
    expect(missing).toMatchObject({ exitCode: 1, notes: expect.stringMatching(/admin token.*ENOENT/) });
  });
});

describe('pos-licensing without a license', () => {
  beforeEach(async () => {
    await app.as('delete', '/api/license').expect(204);
    await app.as('delete', '/api/license/authorization').expect(204);
  });

  it('ends with 4 after `status`, and reports the missing license', async () => {
    const { exitCode, output } = await run('status');
    expect(exitCode).toBe(4);
    expect(output).toMatch(/^License Status +Not Licensed$/m);
  });

  it('prints address and code at `authorize`, waits, and ends once it is licensed', async () => {
    const command = startCommand(app, ['authorize']);
    const code = await codeOf(command);
    expect(command.text()).toContain(`${mock.url}/organizations`);
    expect(command.text()).toMatch(/Waiting for the authorization\. The code expires in \d+ min\./);
    await mock.approve(code);
    const { exitCode, output } = await command.ended;
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^License Status +Licensed$/m);
    expect(output).toMatch(/^Server ID +srv-store-1 \(Store 1\)$/m);
    expect(await run('authorize')).toMatchObject({
      exitCode: 1,
      notes: expect.stringMatching(/pos-licensing remove/),
    });
  });

  it('prints the code as a line and then the license at `authorize --json`', async () => {
    const command = startCommand(app, ['authorize', '--json']);
    await mock.approve(await codeOf(command));
    const { output } = await command.ended;
    const [code, license, ...more] = output.split('\n').map((line): unknown => JSON.parse(line));
    expect(code).toMatchObject({ verificationUri: expect.stringContaining(mock.url) });
    expect(license).toMatchObject({ status: 'licensed', serverId: 'srv-store-1' });
    expect(more).toEqual([]);
  });

  it('ends `authorize` with 4 when a person denies the code or cancels on the page', async () => {
    const denied = startCommand(app, ['authorize']);
    await mock.control('POST', '/mock/deny', { userCode: await codeOf(denied) });
    expect(denied.text()).toContain('2. Choose the device to license, which was srv-store-1 (Store 1).');
    expect(await denied.ended).toMatchObject({ exitCode: 4, notes: expect.stringMatching(/was denied/) });
    const canceled = startCommand(app, ['authorize']);
    await codeOf(canceled);
    await app.as('delete', '/api/license/authorization').expect(204);
    expect(await canceled.ended).toMatchObject({ exitCode: 4 });
  });

  it('ends with 4 after `refresh`', async () => {
    expect(await run('refresh')).toMatchObject({
      exitCode: 4,
      notes: expect.stringMatching(/no license to refresh/),
    });
  });
});

describe('pos-licensing with a license', () => {
  beforeAll(async () => {
    await app.as('delete', '/api/license').expect(204);
    await app.acquire(mock);
  });

  it('shows the status as a table or as JSON', async () => {
    const { exitCode, output } = await run('status');
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^Token Expiry +\d{4}-.*Z \(valid\)$/m);
    const json = await run('status', '--json');
    expect(JSON.parse(json.output)).toEqual(await app.view());
  });

  it('gets a new token at `refresh`, or reports the reason of the failure', async () => {
    expect(await run('refresh')).toMatchObject({ exitCode: 0, output: expect.stringMatching(/Licensed/) });
    await mock.control('PUT', '/mock/faults', { mode: 'error' });
    const failed = await run('refresh');
    expect(failed).toMatchObject({ exitCode: 1, notes: expect.stringMatching(/Authorization server/) });
    await mock.control('PUT', '/mock/faults', { mode: 'none' });
    // Otherwise the service repeats the refresh during a later test.
    expect(await run('refresh')).toMatchObject({ exitCode: 0 });
  });

  it('shows the audit trail as a table, and exports it as JSON lines that anyone can verify', async () => {
    // The service can add an entry at any time, such as that of a grant that it revokes.
    const { output } = await run('audit', '--limit', '5');
    const [titles, ...rows] = output.split('\n');
    expect(titles).toMatch(/^ID +TIME +ACTOR +ADDRESS +ACTION +REASON/);
    expect(rows).toHaveLength(5);
    expect(rows.join('\n')).toMatch(
      / admin +127\.0\.0\.1 +refresh-failed .*\n.* admin +127\.0\.0\.1 +refreshed /s,
    );
    const hash = await vi.waitFor(async () => {
      const head = headOf((await run('audit', '--json')).output.split('\n'));
      const verified = await run('audit', '--verify');
      expect(verified).toMatchObject({ exitCode: 0, output: expect.stringContaining(`Head: ${head}`) });
      return head;
    }, patience);
    expect(await run('audit', '--verify', '--head', hash)).toMatchObject({ exitCode: 0 });
    const other = await run('audit', '--verify', '--head', '0'.repeat(64), '--json');
    expect(other.exitCode).toBe(4);
    expect(JSON.parse(other.output)).toMatchObject({ isIntact: false });
  });

  it('shows each part of the health, and ends with 4 because the broker is away', async () => {
    const { exitCode, output } = await run('health');
    expect(exitCode).toBe(4);
    expect(output).toMatch(/^up +database/m);
    expect(output).toMatch(
      /^degraded +nats +.*message: not connected.* runbook: https:\/\/wiki\.example\/operations#nats$/m,
    );
    expect(output).not.toMatch(/^up .*runbook/m);
    expect(output).toMatch(/\n\nHealth: degraded\. Service version: \d/);
    const json = JSON.parse((await run('health', '--json')).output) as { details: object };
    expect(Object.keys(json.details)).toEqual(Object.keys((await health()).details));
    expect(await run('health', '--url', mock.url)).toMatchObject({
      exitCode: 3,
      notes: expect.stringMatching(/Another program answers/),
    });
  });

  it('lists the registers, and names for a refused one the reason and the remedy', async () => {
    const empty = await run('peers');
    expect(empty).toMatchObject({ exitCode: 0, output: expect.stringMatching(/^No register/) });
    await askAs('reg-1-1', 200);
    const listed = await run('peers', 'Store 1');
    expect(listed.exitCode).toBe(0);
    expect(listed.output).toMatch(/^ID +NAME +KIND +CONNECTED +LICENSE +VERSION/m);
    expect(listed.output).toMatch(/^reg-1-1 +Store 1, register 1 +register +/m);
    await mock.control('PATCH', '/mock/devices/reg-1-1', { hubId: 'srv-store-2' });
    await askAs('reg-1-1', 403);
    const refused = await run('peers', '--refused', '--kind', 'register');
    expect(refused.exitCode).toBe(4);
    expect(refused.output).toMatch(/^ {2}reg-1-1 since \S+Z: wrong-hub\. .*select this server as its hub/m);
    const json = JSON.parse((await run('peers', '--refused', '--json')).output) as { peers: object[] };
    expect(json.peers).toEqual([
      expect.objectContaining({ deviceId: 'reg-1-1', attention: ['refused'], refusal: 'wrong-hub' }),
    ]);
    await mock.control('PATCH', '/mock/devices/reg-1-1', { hubId: 'srv-store-1' });
    await askAs('reg-1-1', 200);
    expect((await run('peers', '--refused')).exitCode).toBe(0);
  });

  it('lists the events since a time, and follows them', async () => {
    const { output } = await run('events', '--limit', '1');
    expect(output).toMatch(
      /^\S+Z {2}license\.status {2}licensed .*\((acquired|refreshed)\); registers can sell until/,
    );
    const all = (await run('events', '--since', '24h', '--json')).output.split('\n');
    const sequences = all.map((line) => (JSON.parse(line) as { sequence: string }).sequence);
    expect(sequences.length).toBeGreaterThan(1);
    expect(sequences).toEqual(sequences.toSorted());
    expect(await run('events', '--since', '2999-01-01')).toMatchObject({ exitCode: 0, output: '' });
    const command = startCommand(app, ['events', '--follow', '--limit', '2']);
    await vi.waitFor(() => expect(command.text()).toContain('license.status'), patience);
    await app.as('post', '/api/license/refresh').expect(200);
    const followed = await command.ended;
    expect(followed.output.split('\n')).toEqual([output, expect.stringMatching(/\(refreshed\)/)]);
  });

  it('follows only the events since a time, even if there is none yet', async () => {
    const [last = '{}'] = (await run('events', '--limit', '1', '--json')).output.split('\n');
    const { time, sequence } = JSON.parse(last) as { time: string; sequence: string };
    const since = new Date(Date.parse(time) + 1).toISOString();
    const command = startCommand(app, ['events', '--since', since, '--follow', '--limit', '1', '--json']);
    await app.as('post', '/api/license/refresh').expect(200);
    const { output } = await command.ended;
    expect((JSON.parse(output) as { sequence: string }).sequence > sequence).toBe(true);
  });

  it('writes a support bundle that only its owner can read, without secrets, and the doctor reads it', async () => {
    const log = join(app.dataDir, 'service.log');
    await writeFile(log, `{"level":"info","message":"It starts."}\nadmin token ${app.adminToken}\n`);
    const path = join(app.dataDir, 'bundle.json');
    const written = await run('support-bundle', path, '--log', log);
    expect(written).toMatchObject({ exitCode: 0, notes: expect.stringContaining(path) });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const text = await readFile(path, 'utf8');
    expectNoSecretsInLog('The support bundle', text);
    const bundle = JSON.parse(text) as SupportBundle;
    expect(bundle.missing).toEqual({});
    expect(bundle.log).toEqual(['{"level":"info","message":"It starts."}', 'admin token [redacted]']);
    expect(bundle.license).toMatchObject({ serverId: 'srv-store-1', status: 'licensed' });
    expect(bundle.metrics?.join('\n')).toMatch(/^pos_licensing_build_info/m);
    expect(bundle.audit?.verification).toMatchObject({
      isIntact: true,
      head: bundle.audit?.entries.at(-1)?.hash,
    });
    const examined = await run('doctor', '--bundle', path);
    expect(examined.output).toMatch(/^ok +bundle +Written at .* on srv-store-1\.$/m);
    expect(examined.output).toMatch(/^ok +license /m);
    expect(await run('support-bundle', path)).toMatchObject({
      exitCode: 1,
      notes: expect.stringMatching(/already exists/),
    });
    expect(await run('doctor', '--bundle', log)).toMatchObject({
      exitCode: 1,
      notes: expect.stringMatching(/not a support bundle/),
    });
  });

  it('asks for confirmation before `remove`, and does nothing if nobody can answer', async () => {
    expect(await runCommand(app, ['remove'])).toMatchObject({
      exitCode: 2,
      notes: expect.stringMatching(/--yes/),
    });
    const kept = await runCommand(app, ['remove'], '');
    expect(kept).toMatchObject({ exitCode: 4, notes: expect.stringMatching(/Store 1 \(srv-store-1\)\?/) });
    expect((await app.view()).status).toBe('licensed');
    expect(await runCommand(app, ['remove'], 'y')).toMatchObject({ exitCode: 0 });
    expect((await app.view()).status).toBe('unlicensed');
    await app.acquire(mock);
    expect(await run('remove', '--yes')).toMatchObject({ exitCode: 0 });
    expect(await run('remove', '--yes')).toMatchObject({ exitCode: 0, notes: 'This server has no license.' });
    await app.acquire(mock);
  });
});

describe('pos-licensing without a running service', () => {
  let offline: { dataDir: string };

  beforeAll(async () => {
    expect((await runCommand(app, ['reset-admin-token'])).exitCode).toBe(3);
    await app.close();
    offline = { dataDir: app.dataDir };
  });

  const restart = async () => {
    app = await startApp({ mock, dataDir: offline.dataDir });
    return app;
  };

  it('reads the database for `status` and `audit`', async () => {
    const status = await runCommand(offline, ['status']);
    expect(status).toMatchObject({ exitCode: 0, notes: expect.stringMatching(/is not running/) });
    expect(status.output).toMatch(/^License Status +Licensed$/m);
    expect(await runCommand(offline, ['audit', '--verify'])).toMatchObject({ exitCode: 0 });
    const { output } = await runCommand(offline, ['audit', '--limit', '3']);
    expect(output).toMatch(/ acquired /);
    expect(output.split('\n')).toHaveLength(1 + 3);
  });

  it('opens the database once for all pages of the audit trail', async () => {
    const closed = vi.spyOn(Database.prototype, 'close');
    const input = { textOf: () => null } as unknown as CommandInput;
    const settings = loadSettings({ DATA_DIR: offline.dataDir, PORT: '9' });
    const pages = await withAuditSource(input, settings, async (source) => [
      await source.read(null, 1),
      await source.read(null, 1),
    ]);
    expect(pages.flat()).toHaveLength(2);
    expect(closed).toHaveBeenCalledOnce();
    closed.mockRestore();
  });

  it('reads the database for `events` and `support-bundle`, which names what it lacks', async () => {
    const events = await runCommand(offline, ['events', '--limit', '1']);
    expect(events).toMatchObject({ exitCode: 0, output: expect.stringMatching(/license\.status/) });
    const { exitCode, output } = await runCommand(offline, ['support-bundle', '-']);
    expect(exitCode).toBe(0);
    const bundle = JSON.parse(output) as SupportBundle;
    expect(bundle).toMatchObject({
      license: { status: 'licensed' },
      audit: { verification: { isIntact: true } },
    });
    expect(Object.keys(bundle.missing).toSorted()).toEqual(['health', 'log', 'metrics', 'peers']);
  });

  it('ends with 3 after `refresh`, `authorize`, `remove`, `health`, `peers` and `events --follow`, and names the remedy', async () => {
    for (const command of ['refresh', 'authorize', 'remove', 'health', 'peers', 'events --follow']) {
      const ended = await runCommand(offline, command.split(' '));
      expect(ended).toMatchObject({
        exitCode: 3,
        notes: expect.stringMatching(/start it, or set its address with --url/),
      });
    }
  });

  it('creates nothing in a folder that no service has used', async () => {
    const ended = await runCommand({ dataDir: join(offline.dataDir, 'none') }, ['status']);
    expect(ended).toMatchObject({
      exitCode: 1,
      notes: expect.stringMatching(/does not exist: check DATA_DIR/),
    });
    await expect(readFile(join(offline.dataDir, 'none'))).rejects.toThrow(/ENOENT/);
  });

  it('creates a new token at `reset-admin-token`, and the old one no longer works', async () => {
    const oldToken = app.adminToken;
    const { exitCode, output } = await runCommand(offline, ['reset-admin-token']);
    expect(exitCode).toBe(0);
    expect(output).toBe(join(offline.dataDir, 'initial-admin-token'));
    const { adminToken } = await restart();
    expect(adminToken).not.toBe(oldToken);
    await app.as('get', '/api/license').expect(200);
    await app.as('get', '/api/license').set('Authorization', `Bearer ${oldToken}`).expect(401);
    // The service may have revoked a removed license at its start.
    expect((await runCommand(app, ['audit', '--limit', '3'])).output).toMatch(
      /command line \(.+\) +- +admin-token-reset/,
    );
    await app.close();
  });

  it('refuses `reset-admin-token` if ADMIN_TOKEN is set', async () => {
    const ended = await runCommand(
      { ...offline, environment: { ADMIN_TOKEN: 'a-token-of-the-environment' } },
      ['reset-admin-token'],
    );
    expect(ended).toMatchObject({
      exitCode: 1,
      notes: expect.stringMatching(/ADMIN_TOKEN.*change that setting/),
    });
  });

  it('replaces the key at `rotate-key`, and the license stays usable', async () => {
    const keyPath = join(offline.dataDir, 'encryption-key');
    const oldKey = await readFile(keyPath, 'utf8');
    expect(await runCommand(offline, ['rotate-key'])).toMatchObject({ exitCode: 0 });
    expect(await readFile(keyPath, 'utf8')).not.toBe(oldKey);
    await restart();
    expect(await runCommand(app, ['refresh'])).toMatchObject({ exitCode: 0 });
    expect(await runCommand(app, ['audit', '--verify'])).toMatchObject({ exitCode: 0 });
  });
});
