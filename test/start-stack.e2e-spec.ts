import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findFreePort } from './support/find-free-port.js';
import { readMetrics } from './support/read-metrics.js';
import { inheritedEnvironment } from './support/inherited-environment.js';

const ROOT_DIR = join(import.meta.dirname, '..');
const START_TIMEOUT_MS = 45_000;
const STOP_TIMEOUT_MS = 30_000;
const UP = 'Everything is up.';

/** The process of `npm start`, without npm. */
interface RunningStack {
  process: ChildProcess;
  dataDir: string;
  serviceUrl: string;
  mockUrl: string;
  environment: Record<string, string>;
  output: () => string;
}

const stacks: RunningStack[] = [];
const folders: string[] = [];

afterAll(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

describe('a stack that npm start has started', () => {
  let stack: RunningStack;
  /** A second stack with its own data. */
  let other: RunningStack;

  beforeAll(async () => {
    stack = await startStack({ POLL_INTERVAL: '1s' });
    await waitForText(stack, UP);
  }, START_TIMEOUT_MS);

  afterAll(() => endStacks(), STOP_TIMEOUT_MS);

  it('is healthy, and a register follows it', async () => {
    expect(await statusOf(`${stack.serviceUrl}/health/ready`)).toBe(200);
    expect(await statusOf(`${stack.mockUrl}/health`)).toBe(200);
    await waitForText(stack, /^register +\| /m);
    expect((await listProcesses(stack)).map(({ name }) => name).toSorted()).toEqual([
      'licensing',
      'mock',
      'nats',
      'register',
    ]);
  });

  it('has a register that logs in with a license token, whichever device the server becomes', async () => {
    await acquire(stack, 'srv-store-2');
    await waitForText(stack, /^register +\| following the license as reg-2-1$/m);
    await waitForText(stack, /^register +\| license\.status licensed \(acquired\), /m);
    await askService(stack, 'POST', '/api/license/refresh');
    await waitForText(stack, /^register +\| license\.status licensed \(refreshed\), .* live, \d+ ms after/m);
  });

  it('is without a fault for the doctor, as docs/cli.md prints the command', async () => {
    const doctor = ['dist/cli.js', 'doctor', '--url', stack.serviceUrl];
    const env = { PATH: process.env['PATH'], DATA_DIR: join(stack.dataDir, 'licensing') };
    const { stdout } = await promisify(execFile)('node', doctor, { cwd: ROOT_DIR, env });
    expect(stdout).toMatch(/\nNo faults\.\n$/);
  });

  it('names the files that contain secrets, and prints no secret', async () => {
    const secretFiles = await findSecretFiles(stack.dataDir);
    expect(secretFiles.map((path) => path.slice(stack.dataDir.length + 1)).toSorted()).toEqual([
      'licensing/initial-admin-token',
      'mock/login-password',
      'nats/callout-password',
      'nats/issuer-seed',
      'nats/licensing-password',
      'nats/register-password',
      'nats/sys-password',
      'nats/xkey-seed',
    ]);
    expect(stack.output()).toContain(join(stack.dataDir, 'licensing/initial-admin-token'));
    expect(stack.output()).toContain(join(stack.dataDir, 'mock/login-password'));
    for (const path of secretFiles) {
      expect(stack.output()).not.toContain((await readFile(path, 'utf8')).trim());
    }
  });

  it('runs next to another stack, but not on the same data', async () => {
    other = await startStack();
    await waitForText(other, UP);
    expect(await statusOf(`${stack.serviceUrl}/health/ready`)).toBe(200);
    expect(await statusOf(`${other.serviceUrl}/health/ready`)).toBe(200);

    const third = await startStack({ DATA_DIR: stack.dataDir });
    expect(await exitCodeOf(third)).toBe(1);
    expect(third.output()).toContain(`DATA_DIR ${stack.dataDir} is in use by another stack`);
    expect(await statusOf(`${stack.serviceUrl}/health/ready`)).toBe(200);
  });

  it('stops completely when one process dies, names the process, and does not affect the other stack', async () => {
    const processes = await listProcesses(other);
    process.kill(pidOf(processes, 'register'), 'SIGKILL');
    expect(await exitCodeOf(other)).toBe(1);
    expect(other.output()).toContain(
      'register ended (signal SIGKILL): see its last lines. The whole stack stops',
    );
    expect(processes.filter(isRunning)).toEqual([]);
    expect(await statusOf(`${stack.serviceUrl}/health/ready`)).toBe(200);
  });

  it('ends all its processes at SIGTERM', async () => {
    const processes = await listProcesses(stack);
    stack.process.kill('SIGTERM');
    expect(await exitCodeOf(stack)).toBe(0);
    expect(processes.filter(isRunning)).toEqual([]);
    expect(stack.output().split(UP)).toHaveLength(2);
  });
});

describe('a fleet that npm start has started', () => {
  let stack: RunningStack;

  afterAll(() => endStacks(), STOP_TIMEOUT_MS);

  it('is a licensed hub, a store that delivers events to it, and two registers', async () => {
    const [hubPort, hubNatsPort] = await Promise.all([findFreePort(), findFreePort()]);
    const ports = { HUB_PORT: String(hubPort), HUB_NATS_PORT: String(hubNatsPort) };
    stack = await startStack({ FLEET: 'on', POLL_INTERVAL: '1s', ...ports });
    await waitForText(stack, UP);
    const hub = { ...stack, serviceUrl: `http://127.0.0.1:${hubPort}`, dataDir: join(stack.dataDir, 'hub') };
    expect(await askService(hub, 'GET', '/api/license')).toMatchObject({
      status: 'licensed',
      serverId: 'srv-hub',
    });

    await acquire(stack, 'srv-store-1');
    for (const [register, deviceId] of [
      ['register', 'reg-1-1'],
      ['register2', 'reg-1-2'],
    ]) {
      await waitForText(stack, new RegExp(`^${register} +\\| following the license as ${deviceId}`, 'm'));
      await waitForText(stack, new RegExp(`^${register} +\\| license\\.status licensed `, 'm'));
    }
    const metrics = async () => (await readMetrics(stack.serviceUrl)).value('pos_licensing_hub_connected');
    await expect.poll(metrics, { timeout: 20_000 }).toBe(1);
  });

  it('ends immediately and completely at a second Ctrl-C', async () => {
    const processes = await listProcesses(stack);
    // A process that does not react would delay the stop.
    process.kill(pidOf(processes, 'licensing'), 'SIGSTOP');
    stack.process.kill('SIGINT');
    await waitForText(stack, 'Stopping');
    // Two signals in quick succession count as one that npm passed on. So the test repeats the signal until it is late
    // enough.
    const pressAgain = (): boolean => {
      if (!hasEnded(stack.process)) stack.process.kill('SIGINT');
      return hasEnded(stack.process);
    };
    await expect.poll(pressAgain, { timeout: STOP_TIMEOUT_MS }).toBe(true);
    expect(await exitCodeOf(stack)).toBe(130);
    expect(processes.filter(isRunning)).toEqual([]);
  });
});

describe('npm start', () => {
  afterEach(() => endStacks(), STOP_TIMEOUT_MS);

  it('refuses ports in use, names each with its setting, and starts nothing', async () => {
    await using taken = await occupyPort();
    const port = String(taken.port);
    const stack = await startStack({ MOCK_AUTH_PORT: port });
    expect(await exitCodeOf(stack)).toBe(1);
    expect(stack.output()).toContain(
      `Port ${port} on 127.0.0.1 is in use by another process: free it, or set MOCK_AUTH_PORT`,
    );
    expect(await readdir(stack.dataDir)).toEqual([]);
  });

  it('lists all invalid settings together', async () => {
    const stack = await startStack({ PORT: '3000x', NATS_PORT: '70000', FLEET: 'yes' });
    expect(await exitCodeOf(stack)).toBe(1);
    expect(stack.output()).toContain('PORT is 3000x');
    expect(stack.output()).toContain('NATS_PORT is 70000');
    expect(stack.output()).toContain('FLEET is yes: it must be on or off');
  });

  it('leaves no process behind when the npm that started it is killed', async () => {
    const stack = await startStack({ npm_lifecycle_event: 'start' }, ['-e', NPM]);
    await waitForText(stack, UP);
    stack.process.kill('SIGKILL');
    await expect
      .poll(() => existsSync(join(stack.dataDir, 'stack.lock')), { timeout: STOP_TIMEOUT_MS })
      .toBe(false);
    await expect(statusOf(`${stack.serviceUrl}/health/live`)).rejects.toThrow();
    await expect(statusOf(`${stack.mockUrl}/health`)).rejects.toThrow();
  });
});

/** Works like npm: its shell is replaced by the command. */
const NPM = `require('node:child_process').spawn('sh', ['-c', ': && exec node scripts/start.mjs'], { stdio: 'inherit' })`;

async function startStack(
  settings: Record<string, string> = {},
  args = [join(ROOT_DIR, 'scripts/start.mjs')],
): Promise<RunningStack> {
  const [servicePort, mockPort, natsPort] = await Promise.all([
    findFreePort(),
    findFreePort(),
    findFreePort(),
  ]);
  const dataDir = settings['DATA_DIR'] ?? (await mkdtemp(join(tmpdir(), 'pos-stack-')));
  folders.push(dataDir);
  const environment = {
    PORT: String(servicePort),
    MOCK_AUTH_PORT: String(mockPort),
    NATS_PORT: String(natsPort),
    DATA_DIR: dataDir,
    ...settings,
  };
  const child = spawn(process.execPath, args, {
    cwd: ROOT_DIR,
    env: { ...inheritedEnvironment, HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const stack = {
    process: child,
    dataDir,
    serviceUrl: `http://127.0.0.1:${environment.PORT}`,
    mockUrl: `http://127.0.0.1:${environment.MOCK_AUTH_PORT}`,
    environment,
    output: () => output,
  };
  stacks.push(stack);
  return stack;
}

/** Acquires a license as a person does on the page and at the mock. */
async function acquire(stack: RunningStack, deviceId: string): Promise<void> {
  const { userCode } = await askService(stack, 'POST', '/api/license/authorization');
  const approval = await fetch(`${stack.mockUrl}/mock/approve`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userCode, deviceId }),
  });
  expect(approval.status).toBe(200);
  const license = await askService(stack, 'POST', '/api/license/authorization/complete');
  expect(license).toMatchObject({ status: 'licensed', serverId: deviceId });
}

async function askService(
  { serviceUrl, dataDir }: Pick<RunningStack, 'serviceUrl' | 'dataDir'>,
  method: string,
  path: string,
): Promise<Record<string, unknown>> {
  const token = await readFile(join(dataDir, 'licensing/initial-admin-token'), 'utf8');
  const answer = await fetch(`${serviceUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${token.trim()}`, connection: 'close' },
  });
  return (await answer.json()) as Record<string, unknown>;
}

async function waitForText(stack: RunningStack, wanted: string | RegExp): Promise<void> {
  const isThere = (): boolean =>
    typeof wanted === 'string' ? stack.output().includes(wanted) : wanted.test(stack.output());
  await vi
    .waitUntil(() => isThere() || hasEnded(stack.process), { timeout: START_TIMEOUT_MS })
    .catch(() => undefined);
  if (!isThere()) throw new Error(`The stack did not print ${String(wanted)}, but:\n${stack.output()}`);
}

async function exitCodeOf(stack: RunningStack): Promise<number | null> {
  if (!hasEnded(stack.process)) {
    await once(stack.process, 'close', { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
  }
  return stack.process.exitCode;
}

async function endStacks(): Promise<void> {
  await Promise.all(stacks.splice(0).map((stack) => endStack(stack)));
}

async function endStack(stack: RunningStack): Promise<void> {
  if (hasEnded(stack.process)) return;
  stack.process.kill('SIGTERM');
  await exitCodeOf(stack);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url, { headers: { connection: 'close' } });
  return response.status;
}

interface StackProcess {
  readonly name: string;
  readonly pid: number;
}

/** Returns the processes of the stack, as the kernel lists them. */
async function listProcesses(stack: RunningStack): Promise<StackProcess[]> {
  const names = {
    'mock-auth-server/dist/main.js': 'mock',
    'dist/main.js': 'licensing',
    'example-register.js': 'register',
    'store.conf': 'nats',
  };
  const pid = stack.process.pid ?? 0;
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
  const processes: StackProcess[] = [];
  for (const child of children) {
    const commandLine = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    const name = Object.entries(names).find(([part]) => commandLine.includes(part))?.[1];
    if (name !== undefined) processes.push({ name, pid: Number(child) });
  }
  return processes;
}

function pidOf(processes: readonly StackProcess[], name: string): number {
  const pid = processes.find((one) => one.name === name)?.pid;
  if (pid === undefined) throw new Error(`${name} is not running`);
  return pid;
}

/**
 * Returns whether the process runs: an ended one may stay in the kernel's table until its parent reads its exit code.
 */
function isRunning({ pid }: StackProcess): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function findSecretFiles(dataDir: string): Promise<string[]> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const names = /(password|token|seed)$/;
  return entries
    .filter((entry) => entry.isFile() && names.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

async function occupyPort(): Promise<AsyncDisposable & { port: number }> {
  const port = await findFreePort();
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { port, [Symbol.asyncDispose]: async () => void (await once(server.close(), 'close')) };
}
