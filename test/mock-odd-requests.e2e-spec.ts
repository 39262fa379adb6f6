import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { findFreePort } from './support/find-free-port.js';
import { fuzzWithoutGrowth, shareOfCases } from './support/fuzz-run.js';
import { measurable } from './support/measure-memory.js';
import { oddMockRequest } from './support/odd-mock-requests.js';
import { sendBounded } from './support/send-bounded.js';
import type { RawRequest } from './support/send-raw.js';
import { inheritedEnvironment } from './support/inherited-environment.js';

const share = shareOfCases('S17', 20);
const login = { email: 'admin@example.test', password: 'correct horse' };

describe('the mock under odd requests', () => {
  let dataDir: string;
  let child: ChildProcess;
  let url: string;
  let output = '';

  beforeAll(async () => {
    await ensureBuilt();
    dataDir = await mkdtemp(join(tmpdir(), 'odd-mock-'));
    child = spawn(process.execPath, [join(import.meta.dirname, '../mock-auth-server/dist/main.js')], {
      env: {
        ...inheritedEnvironment,
        ...measurable,
        PORT: String(await findFreePort()),
        DATA_DIR: dataDir,
        MOCK_CONTROLS: 'on',
        LOGIN_EMAIL: login.email,
        LOGIN_PASSWORD: login.password,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    url = await vi.waitUntil(() => /issuer (http:\S+)/.exec(output)?.[1], { timeout: 20_000 });
  }, buildTimeoutMs);

  afterAll(async () => {
    const ended = once(child, 'close', { signal: AbortSignal.timeout(10_000) });
    if (child.kill('SIGTERM')) await ended;
    await rm(dataDir, { recursive: true });
  });

  async function logIn(): Promise<{ cookie: string; csrfToken: string }> {
    const answer = await fetch(`${url}/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(login),
    });
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
    const page = await (await fetch(`${url}/organizations`, { headers: { cookie } })).text();
    return { cookie, csrfToken: /name="csrfToken" value="([^"]+)"/.exec(page)?.[1] ?? '' };
  }

  async function check(request: RawRequest): Promise<void> {
    const answer = await sendBounded(url, request);
    if (answer === null) return;
    const { status, body, headers } = answer;
    const shown = JSON.stringify({ request, status, body: body.slice(0, 500) }).slice(0, 3000);
    expect(status, shown).toBeLessThan(500);
    if (status < 400) return;
    expect(body, shown).not.toMatch(/node_modules|\.[jt]s:\d|\bat \S+ \(|SQLITE/);
    expect(headers['content-type'] ?? 'application/json', shown).toMatch(/json|text\/html/);
  }

  const post = async (path: string, body: object, isJson = false) => {
    const headers = { 'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded' };
    const text = isJson
      ? JSON.stringify(body)
      : new URLSearchParams(body as Record<string, string>).toString();
    return (await fetch(url + path, { method: 'POST', headers, body: text })).json() as Promise<
      Record<string, string>
    >;
  };

  it(
    'answers each of them without a server error, keeps nothing of them, and licenses a device afterwards',
    async () => {
      expect((await logIn()).csrfToken).not.toBe('');
      const requests = async () => oddMockRequest(await logIn());
      const mock = { pid: child.pid ?? 0, output: () => output };
      await fuzzWithoutGrowth(mock, 'odd requests to the mock', share, requests, check, 4);
      expect(output).not.toContain('internal error');
      const codes = await post('/oauth/device_authorization', { client_id: 'pos-server' });
      await post('/mock/approve', { userCode: codes['user_code'], deviceId: 'srv-corner' }, true);
      const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
      const tokens = await post('/oauth/token', {
        client_id: 'pos-server',
        grant_type,
        device_code: codes['device_code'],
      });
      expect(tokens).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) });
    },
    share.timeoutMs,
  );
});
