import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expectNoSecretsForAdmins, expectNoSecretsInLog, noteSecret } from './secret-scanner.js';
import { completeAuthorization } from './complete-authorization.js';
import type { LicenseJson } from './start-app.js';
import type { TestMock } from './start-mock.js';
import type { TestNats } from './start-nats.js';
import { inheritedEnvironment } from './inherited-environment.js';

const rootDir = join(import.meta.dirname, '../..');
const startTimeoutMs = 50_000;
const endTimeoutMs = 20_000;

export interface StartProcessOptions {
  /** A mock on the real clock, because the process uses it. */
  readonly mock?: Pick<TestMock, 'url' | 'clock'>;
  readonly nats?: TestNats;
  readonly dataDir?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** A descriptor that receives the log in place of this process. Needs `PORT` in the environment. */
  readonly logTo?: number;
  /** Another user to run as, which only root may choose. */
  readonly uid?: number;
}

/** The result of a process: its exit code (`null` if a signal ended it), its output and its duration. */
export interface EndedProcess {
  readonly exitCode: number | null;
  readonly output: string;
  readonly ranMs: number;
}

/** The built service in its own process, as in a shop. */
export interface TestProcess {
  readonly pid: number;
  readonly url: string;
  readonly dataDir: string;
  readonly adminToken: string;
  output(): string;
  /** Sends a request as the admin. */
  as(method: string, path: string): Promise<Response>;
  view(): Promise<LicenseJson>;
  /** Acquires a license: Next, approval at the mock, Complete. */
  acquire(mock: Pick<TestMock, 'approve'>): Promise<LicenseJson>;
  /** Sends a signal, after a delay if one is given, and resolves once the process has ended. */
  end(signal: NodeJS.Signals, afterMs?: number): Promise<EndedProcess>;
  /** Kills the process if it still runs, and removes the data folder. */
  remove(): Promise<void>;
}

/**
 * Runs `node dist/main.js` until it ends by itself, as it does when it cannot start.
 * @param killAfterMs the time after which it is killed with SIGKILL
 */
export async function runProcess(options: StartProcessOptions, killAfterMs?: number): Promise<EndedProcess> {
  const { child, output, startedAt } = await launch(options);
  if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  await once(child, 'close', { signal: AbortSignal.timeout(startTimeoutMs) }).catch(() => {
    child.kill('SIGKILL');
    throw new Error(`The process still ran after ${startTimeoutMs} ms:\n${output()}`);
  });
  expectNoSecretsInLog('The log of the process', output());
  return { exitCode: child.exitCode, output: output(), ranMs: Date.now() - startedAt };
}

/** Starts `node dist/main.js` on a free port and resolves when it listens. Call `ensureBuilt` before. */
export async function startProcess(options: StartProcessOptions = {}): Promise<TestProcess> {
  const { child, output, dataDir, startedAt } = await launch(options);
  const url = await waitForUrl(child, output, options.environment?.['PORT']);
  const adminToken = (await readFile(join(dataDir, 'initial-admin-token'), 'utf8')).trim();
  noteSecret('the admin token', adminToken);
  const as = async (method: string, path: string): Promise<Response> => {
    const answer = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${adminToken}` },
    });
    // An event stream has no end.
    if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) {
      expectNoSecretsForAdmins(`The answer to ${method} ${path}`, await answer.clone().text());
    }
    return answer;
  };
  const end = async (signal: NodeJS.Signals, afterMs = 0): Promise<EndedProcess> => {
    if (!hasEnded(child)) {
      const closed = once(child, 'close', { signal: AbortSignal.timeout(Math.ceil(afterMs) + endTimeoutMs) });
      if (afterMs > 0) setTimeout(() => child.kill(signal), afterMs);
      else child.kill(signal);
      await closed;
    }
    expectNoSecretsInLog('The log of the process', output());
    return { exitCode: child.exitCode, output: output(), ranMs: Date.now() - startedAt };
  };
  return {
    pid: child.pid ?? 0,
    url,
    dataDir,
    adminToken,
    output,
    as,
    view: async () => (await (await as('GET', '/api/license')).json()) as LicenseJson,
    acquire: async (mock) => {
      const next = await as('POST', '/api/license/authorization');
      await mock.approve(((await next.json()) as { userCode: string }).userCode);
      const completed = await completeAuthorization(() => as('POST', '/api/license/authorization/complete'));
      return (await completed.json()) as LicenseJson;
    },
    end,
    remove: async () => {
      try {
        await end('SIGKILL');
      } finally {
        await rm(dataDir, { recursive: true, force: true });
      }
    },
  };
}

async function launch(options: StartProcessOptions) {
  if (options.mock?.clock) throw new Error('A process uses the real clock, but this mock does not.');
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'licensing-')));
  const startedAt = Date.now();
  const logTo = options.logTo ?? 'pipe';
  const child = spawn(process.execPath, [join(rootDir, 'dist/main.js')], {
    env: {
      ...inheritedEnvironment,
      PORT: '0',
      DATA_DIR: dataDir,
      LOG_FORMAT: 'json',
      // Nothing listens on this port: the default for a test without a server or broker.
      AUTH_SERVER_URL: options.mock?.url ?? 'http://127.0.0.1:9',
      NATS_URL: options.nats?.url ?? 'nats://127.0.0.1:9',
      ...(options.nats && {
        NATS_USER: options.nats.serviceUser.user,
        NATS_PASSWORD: options.nats.serviceUser.password,
      }),
      ...options.environment,
    },
    stdio: ['ignore', logTo, logTo],
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  });
  for (const [name, value] of Object.entries(options.environment ?? {})) {
    if (/(TOKEN|KEY|PASSWORD|SEED)$/.test(name)) noteSecret(name, value);
  }
  const output = collectOutput(child);
  const killWithTests = (): boolean => child.kill('SIGKILL');
  process.once('exit', killWithTests);
  child.once('exit', () => process.off('exit', killWithTests));
  return { child, dataDir, startedAt, output };
}

/** Returns a function that returns what the process has written so far. */
function collectOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  return () => text;
}

async function waitForUrl(child: ChildProcess, output: () => string, port = '0'): Promise<string> {
  const deadline = AbortSignal.timeout(startTimeoutMs);
  for (;;) {
    const url =
      child.stdout === null
        ? await findAnswering(`http://127.0.0.1:${port}`)
        : /Listening on (http:\/\/[\d.]+:\d+)/.exec(output())?.[1];
    if (url !== undefined) return url;
    if (hasEnded(child) || deadline.aborted) {
      child.kill('SIGKILL');
      throw new Error(`The service did not start:\n${output()}`);
    }
    if (child.stdout === null) {
      await sleep(50);
      continue;
    }
    await Promise.race([
      once(child.stdout, 'data', { signal: deadline }).catch(() => undefined),
      once(child, 'exit', { signal: deadline }).catch(() => undefined),
    ]);
  }
}

async function findAnswering(url: string): Promise<string | undefined> {
  const isAnswering = await fetch(new URL('/health/live', url), { signal: AbortSignal.timeout(5000) }).then(
    ({ ok }) => ok,
    () => false,
  );
  return isAnswering ? url : undefined;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
