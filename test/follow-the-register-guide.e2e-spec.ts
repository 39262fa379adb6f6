import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

const rootDir = join(import.meta.dirname, '..');
const waitMs = 20_000;

describe('docs/registers.md', () => {
  let guide: string;
  let folder: string;
  let mock: TestMock;
  let nats: TestNats;
  let app: TestApp;

  beforeAll(async () => {
    await ensureBuilt();
    guide = await readFile(join(rootDir, 'docs/registers.md'), 'utf8');
    // Inside the repository, so that Node resolves the client library like an installed package.
    await mkdir(join(rootDir, '.cache'), { recursive: true });
    folder = await mkdtemp(join(rootDir, '.cache/guide-'));
    [nats, mock] = await Promise.all([startNats(), startMock()]);
    app = await startApp({ mock, nats });
    await app.acquire(mock);
  }, buildTimeoutMs);
  afterAll(async () => {
    await app.stop();
    await Promise.all([mock.stop(), nats.stop(), rm(folder, { recursive: true })]);
  });

  /** Returns the code blocks of a language between two headings, with the URLs of this test in place of the page's. */
  function blocksOf(language: string, from: string, to: string): string[] {
    const part = guide.slice(guide.indexOf(from), guide.indexOf(to));
    return [...part.matchAll(/```(\w+)\n(.*?)```/gs)]
      .filter(([, name]) => name === language)
      .map(([, , text = '']) =>
        text.replaceAll('http://127.0.0.1:4000', mock.url).replaceAll('http://127.0.0.1:3000', app.url),
      );
  }

  it('leads to a working register in TypeScript', async () => {
    const [code = ''] = blocksOf('ts', '## In TypeScript', '## In any other language');
    await writeFile(join(folder, 'register.mjs'), code);
    const register = new Output(spawn(process.execPath, ['register.mjs'], { cwd: folder }));
    try {
      const [, userCode = ''] = await register.seen(/^Enter (\S+) at http/);
      await mock.approve(userCode, 'reg-1-1');
      await register.seen(/^I am reg-1-1$/);
      await register.seen(/^Licensed \(acquired\)$/);
      await register.seen(/^open$/);
      await app.as('post', '/api/license/refresh').expect(200);
      await register.seen(/^Licensed \(refreshed\)$/);
    } finally {
      await register.end();
    }
  });

  it('leads to a license token and the first event in any other language', async () => {
    const [acquire = ''] = blocksOf('sh', '### 1.', '### 2.');
    const [ask = ''] = blocksOf('sh', '### 2.', '### 3.');
    const script = `${acquire.replace('sleep 5', 'sleep 1')}\n${ask}`;
    const shell = new Output(spawn('sh', ['-eu', '-c', script], { cwd: folder }));
    const [, userCode = ''] = await shell.seen(/^Enter (\S+) at http/);
    await mock.approve(userCode, 'reg-1-2');
    const [line = ''] = await shell.seen(/^\{"deviceId".*/);
    const me = JSON.parse(line) as Record<string, string>;
    expect(me).toMatchObject({ deviceId: 'reg-1-2', serverId: 'srv-store-1', natsUrl: nats.url });
    const [shown = '{}'] = blocksOf('json', '### 2.', '### 3.');
    expect(Object.keys(me).toSorted()).toEqual(Object.keys(JSON.parse(shown) as object).toSorted());

    const grant = JSON.parse(await readFile(join(folder, 'grant.json'), 'utf8')) as { access_token: string };
    const [session = '', event = ''] = blocksOf('nats', '### 3.', '### 4.').map((text) =>
      text
        .replaceAll('<token>', grant.access_token)
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
});

/** Collects the output lines of a process, and waits for lines. */
class Output {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#lines.push(line));
    }
  }

  async seen(pattern: RegExp): Promise<RegExpExecArray> {
    const find = () => this.#lines.map((line) => pattern.exec(line)).find((match) => match !== null);
    await expect
      .poll(find, { timeout: waitMs, message: `${String(pattern)} in:\n${this.#lines.join('\n')}` })
      .toBeDefined();
    return find() as RegExpExecArray;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'close');
  }
}

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
