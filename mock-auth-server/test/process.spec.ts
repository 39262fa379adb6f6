import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Sqlite } from '../src/store/sqlite.js';
import { buildTimeoutMs, ensureBuilt } from '../../test/support/ensure-built.js';
import { findFreePort } from '../../test/support/find-free-port.js';
import { MockProcess } from './support/mock-process.js';
import { deviceCodeGrantType } from './support/test-client.js';

beforeAll(ensureBuilt, buildTimeoutMs);

const ready = 'mock Authorization server listens';

interface Place {
  dataDir: string;
  url: string;
  start: (env?: Record<string, string>) => Promise<MockProcess>;
}

async function preparePlace(): Promise<Place> {
  const dataDir = mkdtempSync(join(tmpdir(), 'mock-auth-process-'));
  const port = await findFreePort();
  const running: MockProcess[] = [];
  onTestFinished(async () => {
    await Promise.all(running.map(async (server) => server.end('SIGKILL')));
    rmSync(dataDir, { recursive: true, force: true });
  });
  const start = async (env: Record<string, string> = {}): Promise<MockProcess> => {
    const server = new MockProcess({ DATA_DIR: dataDir, PORT: String(port), MOCK_CONTROLS: 'on', ...env });
    running.push(server);
    await server.waitFor(ready);
    return server;
  };
  return { dataDir, url: `http://127.0.0.1:${port}`, start };
}

async function postForm(url: string, form: Record<string, string>): Promise<Record<string, string>> {
  const headers = { connection: 'close' };
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers });
  return (await response.json()) as Record<string, string>;
}

async function approve(url: string, userCode: string, deviceId: string): Promise<number> {
  const response = await fetch(`${url}/mock/approve`, {
    method: 'POST',
    body: JSON.stringify({ userCode, deviceId }),
    headers: { 'content-type': 'application/json', connection: 'close' },
  });
  await response.arrayBuffer();
  return response.status;
}

async function fetchKeys(url: string): Promise<unknown> {
  const response = await fetch(`${url}/oauth/jwks`, { headers: { connection: 'close' } });
  return response.json();
}

async function acquire(url: string): Promise<string> {
  const codes = await postForm(`${url}/oauth/device_authorization`, { client_id: 'pos-server' });
  await approve(url, codes['user_code'] ?? '', 'srv-store-1');
  const form = {
    grant_type: deviceCodeGrantType,
    client_id: 'pos-server',
    device_code: codes['device_code'] ?? '',
  };
  return (await postForm(`${url}/oauth/token`, form))['refresh_token'] ?? '';
}

async function refresh(url: string, refreshToken: string): Promise<string> {
  const form = { grant_type: 'refresh_token', client_id: 'pos-server', refresh_token: refreshToken };
  const answer = await postForm(`${url}/oauth/token`, form);
  if (answer['refresh_token'] === undefined) throw new Error(`refused: ${answer['error']}`);
  return answer['refresh_token'];
}

/** Refreshes until the server is gone, and returns the last refresh token that arrived. */
async function refreshUntilGone(url: string, refreshToken: string): Promise<string> {
  let last = refreshToken;
  for (let round = 0; round < 100_000; round++) {
    try {
      last = await refresh(url, last);
    } catch (error) {
      if (error instanceof TypeError) return last;
      throw error;
    }
  }
  throw new Error('the server did not end');
}

describe('the mock server process', () => {
  it('generates a password that only its owner can read, and never logs it', async () => {
    const { dataDir, start } = await preparePlace();
    const server = await start();
    const path = join(dataDir, 'login-password');
    const password = readFileSync(path, 'utf8').trim();
    expect(password.length).toBeGreaterThanOrEqual(16);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'mock-auth-server.sqlite')).mode & 0o777).toBe(0o600);
    await vi.waitFor(() => expect(server.output).toContain(path), 10_000);
    expect(server.output).not.toContain(password);
    await server.end('SIGTERM');
    await start();
    expect(readFileSync(path, 'utf8').trim()).toBe(password);
  });

  it('stops after SIGTERM, and waits neither for an idle nor for a hanging connection', async () => {
    const { url, start } = await preparePlace();
    const server = await start();
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve, reject) => {
      get(`${url}/health`, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
    });
    const fault = JSON.stringify({ mode: 'slow', delayMs: 60_000 });
    await fetch(`${url}/mock/faults`, {
      method: 'PUT',
      body: fault,
      headers: { 'content-type': 'application/json' },
    });
    const hanging = fetch(`${url}/oauth/jwks`).catch(() => 'broken');
    await fetch(`${url}/health`);
    const startedAt = performance.now();
    expect(await server.end('SIGTERM')).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(await hanging).toBe('broken');
    agent.destroy();
  });

  it('keeps pending codes, tokens and keys across a restart', async () => {
    const { url, start } = await preparePlace();
    const first = await start();
    const refreshToken = await acquire(url);
    const codes = await postForm(`${url}/oauth/device_authorization`, { client_id: 'pos-server' });
    const keys = await fetchKeys(url);
    await first.end('SIGTERM');
    await start();
    expect(await fetchKeys(url)).toEqual(keys);
    expect(await approve(url, codes['user_code'] ?? '', 'srv-store-2')).toBe(200);
    const form = {
      grant_type: deviceCodeGrantType,
      client_id: 'pos-server',
      device_code: codes['device_code'] ?? '',
    };
    expect(await postForm(`${url}/oauth/token`, form)).toHaveProperty('access_token');
    expect(await refresh(url, refreshToken)).toMatch(/^[\w-]{43}$/);
  });

  it('loses no answered refresh when it is killed during refreshes', async () => {
    const { dataDir, url, start } = await preparePlace();
    let server = await start();
    let refreshToken = await acquire(url);
    for (let kill = 0; kill < 3; kill++) {
      const refreshing = refreshUntilGone(url, refreshToken);
      const refreshes = (): number => server.output.split('refreshed').length;
      const enough = refreshes() + 1 + kill * 10;
      while (refreshes() < enough) await server.waitForOutput();
      await server.end('SIGKILL');
      refreshToken = await refreshing;
      server = await start();
      // If the last answer arrived, its token works. If it was lost, the token before it still works.
      refreshToken = await refresh(url, refreshToken);
    }
    await server.end('SIGTERM');
    const database = new Sqlite(join(dataDir, 'mock-auth-server.sqlite'), { readonly: true });
    onTestFinished(() => {
      database.close();
    });
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  }, 120_000);

  it('names the port and its setting when the port is in use', async () => {
    const { url, start } = await preparePlace();
    await start();
    const { port } = new URL(url);
    const elsewhere = mkdtempSync(join(tmpdir(), 'mock-auth-process-'));
    onTestFinished(() => rmSync(elsewhere, { recursive: true }));
    const second = new MockProcess({ DATA_DIR: elsewhere, PORT: port });
    expect(await second.exitCode()).toBe(1);
    expect(second.output).toContain(
      `port ${port} on 127.0.0.1 is in use: stop the other process, or set PORT`,
    );
  });

  it('lists all faults of its settings and does not start', async () => {
    const server = new MockProcess({
      PORT: 'x',
      TOKEN_TTL: 'soon',
      MOCK_CONTROLS: 'yes',
      TOKEN_ALGORITHM: 'none',
    });
    expect(await server.exitCode()).toBe(1);
    expect(server.output).toBe(
      [
        'The mock Authorization server cannot start:',
        '- PORT must be a port between 1 and 65535, but is "x"',
        '- TOKEN_TTL must be a duration in whole seconds such as 90s, 10m or 7d, from 1s to 315360000s, but is "soon"',
        '- MOCK_CONTROLS must be on or off, but is "yes"',
        '- TOKEN_ALGORITHM must be ES256 or EdDSA or RS256 or PS256, but is "none"',
        '',
      ].join('\n'),
    );
  });

  it('upgrades the database of an earlier version and keeps its data', async () => {
    const { dataDir, url, start } = await preparePlace();
    const before = await start();
    const refreshToken = await acquire(url);
    const pending = await postForm(`${url}/oauth/device_authorization`, { client_id: 'pos-server' });
    await before.end('SIGTERM');
    const database = new Sqlite(join(dataDir, 'mock-auth-server.sqlite'));
    database.exec('ALTER TABLE device_codes DROP COLUMN device_name');
    database.pragma('user_version = 1');
    database.close();
    for (let restart = 0; restart < 2; restart++) {
      const server = await start();
      if (restart === 0) expect(await approve(url, pending['user_code'] ?? '', 'srv-store-2')).toBe(200);
      expect(await refresh(url, refreshToken)).toMatch(/^[\w-]{43}$/);
      const form = { client_id: 'pos-server', device_name: 'Till 7' };
      expect(await postForm(`${url}/oauth/device_authorization`, form)).toHaveProperty('user_code');
      await server.end('SIGTERM');
    }
  });

  it.each([
    [
      'the database of a later version',
      (path: string) => {
        const database = new Sqlite(path);
        database.pragma('application_id = 1836016491');
        database.pragma('user_version = 99');
        database.exec('CREATE TABLE later (text TEXT)');
        database.close();
      },
    ],
    [
      'not a database',
      (path: string) => writeFileSync(path, 'This is a letter to nobody, and long enough. '.repeat(20)),
    ],
    [
      'the database of another program',
      (path: string) => {
        const database = new Sqlite(path);
        database.exec('CREATE TABLE letters (text TEXT)');
        database.close();
      },
    ],
  ])('refuses a file that is %s, and leaves it unchanged', async (_name, write) => {
    const { dataDir } = await preparePlace();
    const path = join(dataDir, 'mock-auth-server.sqlite');
    write(path);
    const before = readFileSync(path);
    const server = new MockProcess({ DATA_DIR: dataDir, PORT: String(await findFreePort()) });
    expect(await server.exitCode()).toBe(1);
    expect(server.output).toContain(path);
    expect(server.output).toMatch(/move (it|the file) away/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});
