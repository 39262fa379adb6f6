import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectToBroker } from '@nats-io/transport-node';
import { compactVerify, importJWK, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashOf, makeDeviceKey } from './support/device-key.js';
import { requestAnswer } from './support/read-stream.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import {
  blocksOf,
  type GuideAddresses,
  hasAllLanguages,
  readGuide,
  startInC,
  startInJava,
  WatchedOutput,
} from './support/register-guide.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

const rootDir = join(import.meta.dirname, '..');
const waitMs = 20_000;

describe('docs/registers.md', () => {
  let guide: string;
  let addresses: GuideAddresses;
  let folder: string;
  let mock: TestMock;
  let nats: TestNats;
  let app: TestApp;

  beforeAll(async () => {
    await ensureBuilt();
    guide = await readGuide();
    // Outside the checkout, as in the guide. The link is in place of `npm install` with the packed library.
    folder = await mkdtemp(join(tmpdir(), 'guide-'));
    await symlink(join(rootDir, 'node_modules'), join(folder, 'node_modules'));
    [nats, mock] = await Promise.all([startNats(), startMock()]);
    app = await startApp({ mock, nats });
    addresses = { authServer: mock.url, server: app.url };
    await app.acquire(mock);
  }, buildTimeoutMs);
  afterAll(async () => {
    await app.stop();
    await Promise.all([mock.stop(), nats.stop(), rm(folder, { recursive: true })]);
  });

  const blocks = (language: string, from: string, to: string) =>
    blocksOf(guide, language, [from, to], addresses);

  it('leads to a working register in TypeScript', async () => {
    const [code = ''] = blocks('ts', '## In TypeScript', '## In any other language');
    await writeFile(join(folder, 'register.mjs'), code);
    const register = new WatchedOutput(spawn(process.execPath, ['register.mjs'], { cwd: folder }));
    const [, userCode = ''] = await register.seen(/^Enter (\S+) at http/);
    await mock.approve(userCode, 'reg-1-1');
    await register.seen(/^I am reg-1-1$/);
    await register.seen(/^Licensed \(acquired\)$/);
    await register.seen(/^open$/);
    await app.as('post', '/api/license/refresh').expect(200);
    await register.seen(/^Licensed \(refreshed\)$/);
  });

  it('leads to a license token and the first event in any other language', async () => {
    const [acquire = '', refresh = ''] = blocks('sh', '### 1.', '### 2.');
    const [ask = ''] = blocks('sh', '### 2.', '### 3.');
    const script = [
      acquire.replace('interval=5', 'interval=1'),
      'cp grant.json first.json',
      refresh,
      ask,
    ].join('\n');
    const shell = new WatchedOutput(spawn('sh', ['-eu', '-c', script], { cwd: folder }));
    const [, userCode = ''] = await shell.seen(/^Enter (\S+) at http/);
    await mock.approve(userCode, 'reg-1-2');
    const [line = ''] = await shell.seen(/^\{"deviceId".*/);
    const me = JSON.parse(line) as Record<string, string>;
    expect(me).toMatchObject({ deviceId: 'reg-1-2', serverId: 'srv-store-1', natsUrl: nats.url });
    const [shown = '{}'] = blocks('json', '### 2.', '### 3.');
    expect(Object.keys(me).toSorted()).toEqual(Object.keys(JSON.parse(shown) as object).toSorted());

    const [first, grant] = await Promise.all(['first.json', 'grant.json'].map(readGrant));
    expect(grant?.refresh_token).not.toBe(first?.refresh_token);
    const token = grant?.access_token ?? '';
    const [session = '', event = ''] = blocks('nats', '### 4.', '### 5.').map((text) =>
      text
        .replaceAll('<token>', token)
        .replaceAll('<deviceId>', me['deviceId'] ?? '')
        .replaceAll('<random>', randomUUID()),
    );
    const socket = connect({ host: '127.0.0.1', port: nats.port });
    const wire = new Wire(socket);
    try {
      await wire.play(session);
      await app.as('post', '/api/license/refresh').expect(200);
      await wire.play(event);
      await wire.play("> PUB license.status 2\n> {}\n< -ERR 'Permissions Violation\n> PING\n< PONG\n");
    } finally {
      socket.destroy();
    }
  });

  // Only in the long form: npm test needs neither a JDK nor a C compiler, and has no skipped tests.
  it.each(hasAllLanguages ? ['Java 17'] : [])(
    'leads to a register in %s without a library, which binds and refreshes its token and answers PING',
    { timeout: 120_000 },
    async () => {
      const home = await mkdtemp(join(folder, 'java-'));
      const first = await startInJava(home, addresses);
      const [, userCode = ''] = await first.seen(/^Enter (\S+) at http/);
      const headers = { 'content-type': 'application/json' };
      const slowDown = { on: '/oauth/token', status: 400, headers, body: '{"error":"slow_down"}' };
      await mock.control('PUT', '/mock/faults', { mode: 'answer', count: 1, ...slowDown });
      await mock.approve(userCode, 'reg-1-1');
      await first.seen(/^I am reg-1-1$/);
      await first.seen(/^Licensed \(refreshed\)$/);
      // The broker measures the round trip of a client when that answers its PING.
      await expect.poll(() => readRoundTrip('java'), { timeout: waitMs }).toMatch(/\d/);
      await first.end();
      const state = join(home, 'register.properties');
      const due = (await readFile(state, 'utf8')).replace(/^refresh_at=\d+$/m, 'refresh_at=0');
      // As after a restore of the server, whose next events have lower sequences.
      await writeFile(state, due.replace(/^sequence=\d+$/m, 'sequence=9999999999999999'));
      const second = await startInJava(home, addresses);
      await second.seen(/^Refreshed$/);
      await second.seen(/^I am reg-1-1$/);
      await app.as('post', '/api/license/refresh').expect(200);
      await second.seen(/^Licensed \(refreshed\)$/);
    },
  );

  it.each(hasAllLanguages ? ['C'] : [])(
    'leads to a register in %s with libnats of Debian',
    { timeout: 120_000 },
    async () => {
      const home = await mkdtemp(join(folder, 'c-'));
      const token = await mock.issueToken('reg-1-2');
      await writeFile(join(home, 'token'), `${token}\n`);
      const [code = ''] = blocks('c', '### 3.', '### 4.');
      const register = await startInC(home, code, [nats.url, 'reg-1-2', 'token']);
      await register.seen(/^last \{.*"type":"license\.status".*"statusText":"Licensed"/);
      await app.as('post', '/api/license/refresh').expect(200);
      await register.seen(/^license\.status \{.*"reason":"refreshed"/);
      await nats.restart();
      await expect.poll(() => register.count(/^last /), { timeout: waitMs }).toBe(2);
    },
  );

  /** Returns the round trip of the client in a language, as the broker has measured it; `undefined` before that. */
  async function readRoundTrip(language: string): Promise<string | undefined> {
    const { user, password: pass } = nats.sysUser;
    const connection = await connectToBroker({ servers: nats.url, user, pass });
    const answer = await requestAnswer(connection, '$SYS.REQ.SERVER.PING.CONNZ', '{"auth":true}');
    await connection.close();
    const { data } = answer.json<{ data: { connections: { lang?: string; rtt?: string }[] } }>();
    return data.connections.find(({ lang }) => lang === language)?.rtt;
  }

  it('shows a DPoP proof that is what its parts say, with a valid signature', async () => {
    const [header = '', payload = ''] = jsonBlocks();
    const [proof = ''] = blocks('text', '### 6.', '### Everything');
    const compact = proof.replaceAll(/\s/g, '');
    const { jwk } = JSON.parse(header) as { jwk: JWK };
    const claims = JSON.parse(payload) as Record<string, unknown>;
    const verified = await compactVerify(compact, await importJWK(jwk, 'ES256'));
    expect(verified.protectedHeader).toEqual(JSON.parse(header));
    expect(JSON.parse(new TextDecoder().decode(verified.payload))).toEqual(claims);
    expect(claims['ath']).toBe(createHash('sha256').update('eyJ.example.token').digest('base64url'));
  });

  it('describes how both servers ask for a nonce', async () => {
    const key = makeDeviceKey();
    const token = await mock.issueToken('reg-1-1', { dpopJwk: key.publicJwk });
    const tokenPath = '/oauth/token';
    const there = `${mock.url}${tokenPath}`;
    const refused = await fetch(there, {
      method: 'POST',
      headers: { dpop: key.prove({ htm: 'POST', htu: there }) },
      body: new URLSearchParams({
        client_id: 'pos-register',
        grant_type: 'refresh_token',
        refresh_token: 'x',
      }),
    });
    const here = `${app.url}/api/peers/me`;
    const asked = await fetch(here, {
      headers: {
        authorization: `DPoP ${token}`,
        dpop: key.prove({ htm: 'GET', htu: here, ath: hashOf(token) }),
      },
    });
    for (const answer of [refused, asked]) expect(answer.headers.get('dpop-nonce')).toMatch(/\S{8}/);
    const { error } = (await refused.json()) as { error: string };
    const [challenge = ''] = asked.headers.get('www-authenticate')?.split(', ') ?? [];
    expect(rowsAfter('| server ')).toEqual([
      [
        'Authorization server',
        `\`POST ${tokenPath}\` with \`DPoP: <proof>\``,
        `${refused.status}, \`DPoP-Nonce\`, \`${JSON.stringify({ error })}\``,
      ],
      [
        'POS server',
        '`Authorization: DPoP <token>`, `DPoP: <proof>`',
        `${asked.status}, \`DPoP-Nonce\`, \`WWW-Authenticate: ${challenge}\``,
      ],
    ]);
  });

  /** Returns the cells of a table of the guide, which its header begins. */
  function rowsAfter(header: string): string[][] {
    const [, ...lines] = guide.slice(guide.indexOf(`\n${header}`)).split('\n');
    const end = lines.findIndex((line) => !line.startsWith('|'));
    return lines.slice(2, end).map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  }

  function jsonBlocks(): string[] {
    const part = guide.slice(guide.indexOf('### 6.'), guide.indexOf('### Everything'));
    return [...part.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => text);
  }

  async function readGrant(name: string): Promise<{ access_token: string; refresh_token: string }> {
    return JSON.parse(await readFile(join(folder, name), 'utf8')) as {
      access_token: string;
      refresh_token: string;
    };
  }
});

/** Plays lines as the guide writes them: `>` is sent, `<` is the beginning of an expected line. */
class Wire {
  readonly #socket: Socket;
  #received = '';

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (text: string) => (this.#received += text));
  }

  async play(transcript: string): Promise<void> {
    for (const line of transcript.trimEnd().split('\n')) {
      const text = line.slice(2);
      if (line.startsWith('>')) this.#socket.write(`${text}\r\n`);
      else await this.#take(text);
    }
  }

  /** Waits for a line, and skips the lines before it. */
  async #take(beginning: string): Promise<void> {
    const find = () => `\n${this.#received}`.indexOf(`\n${beginning}`);
    await expect
      .poll(find, { timeout: waitMs, message: `${beginning} in:\n${this.#received}` })
      .toBeGreaterThanOrEqual(0);
    this.#received = this.#received.slice(find() + beginning.length);
  }
}
