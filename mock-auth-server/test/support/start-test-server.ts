import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { MockServer, MockServerOptions } from '../../src/server.js';
import { createMockServer } from '../../src/server.js';
import { FakeClock } from './fake-clock.js';

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export class TestServer {
  readonly clock = new FakeClock();
  readonly logLines: string[] = [];
  readonly #options: Partial<MockServerOptions>;
  readonly dataDir: string;
  #server: MockServer | undefined;
  #port = 0;

  constructor(options: Partial<MockServerOptions>) {
    this.#options = options;
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'mock-auth-server-'));
  }

  get server(): MockServer {
    if (!this.#server) throw new Error('the server was not started');
    return this.#server;
  }

  get url(): string {
    return this.server.url;
  }

  /** Starts the server on its previous port and data folder, with the given changes of its settings. */
  async start(changes: Partial<MockServerOptions> = {}): Promise<void> {
    this.#server = await createMockServer({
      loginPassword: 'correct horse',
      hasMockControls: true,
      ...this.#options,
      ...changes,
      dataDir: this.dataDir,
      port: this.#port,
      now: this.clock.now,
      log: (line) => this.logLines.push(line),
    });
    await this.#server.listen();
    this.#port = Number(new URL(this.#server.url).port);
  }

  async restart(changes: Partial<MockServerOptions> = {}): Promise<void> {
    await this.stop();
    await this.start(changes);
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  async get(path: string): Promise<Answer> {
    return this.#fetch(path, {});
  }

  /** Posts a form, as OAuth clients do. */
  async postForm(
    path: string,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.#fetch(path, { method: 'POST', body: new URLSearchParams(form), headers });
  }

  /** Calls a control of the mock. */
  async control(method: string, path: string, body?: unknown): Promise<Answer> {
    const json =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return this.#fetch(`/mock${path}`, { method, ...json });
  }

  /** Uses a new connection for each request, because one from before a restart would fail. */
  async #fetch(path: string, init: RequestInit): Promise<Answer> {
    const headers = new Headers(init.headers);
    headers.set('connection', 'close');
    return readAnswer(await fetch(this.url + path, { ...init, headers }));
  }

  async approve(userCode: string, deviceId: string): Promise<void> {
    const answer = await this.control('POST', '/approve', { userCode, deviceId });
    if (answer.status !== 200)
      throw new Error(`approve answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }

  async setFault(fault: Record<string, unknown>): Promise<void> {
    const answer = await this.control('PUT', '/faults', fault);
    if (answer.status !== 200) throw new Error(`faults answered ${answer.status}`);
  }

  async isAuthorized(deviceId: string): Promise<boolean> {
    const { body } = await this.control('GET', '/state');
    const organizations = body['organizations'] as { devices: { id: string; authorized: boolean }[] }[];
    const device = organizations.flatMap(({ devices }) => devices).find(({ id }) => id === deviceId);
    if (!device) throw new Error(`there is no device ${deviceId}`);
    return device.authorized;
  }
}

/** Starts a mock on a free port with its own data folder, and removes both after the test. */
export async function startTestServer(options: Partial<MockServerOptions> = {}): Promise<TestServer> {
  const server = new TestServer(options);
  onTestFinished(async () => {
    await server.stop();
    rmSync(server.dataDir, { recursive: true, force: true });
  });
  await server.start();
  return server;
}

/** Starts one mock for all tests of a file or describe that do not change its state. */
export function shareTestServer(options: Partial<MockServerOptions> = {}): TestServer {
  const server = new TestServer(options);
  beforeAll(async () => server.start());
  afterAll(async () => {
    await server.stop();
    rmSync(server.dataDir, { recursive: true, force: true });
  });
  return server;
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as Answer['body']) : { text },
  };
}
