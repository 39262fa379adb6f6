import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { findFreePort } from './support/find-free-port.js';
import { inheritedEnvironment } from './support/inherited-environment.js';

const patience = { timeout: 40_000 };

describe('a service whose log cannot be written', () => {
  let dataDir: string;
  let child: ChildProcess;
  let url: string;

  beforeAll(ensureBuilt, buildTimeoutMs);

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'log-'));
  });

  afterEach(async () => {
    child.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });

  async function start(output: 'pipe' | number): Promise<void> {
    const port = await findFreePort();
    url = `http://127.0.0.1:${port}/health/live`;
    child = spawn(process.execPath, [join(import.meta.dirname, '../dist/main.js')], {
      env: {
        ...inheritedEnvironment,
        PORT: String(port),
        DATA_DIR: dataDir,
        LOG_LEVEL: 'debug',
        AUTH_SERVER_URL: 'http://127.0.0.1:9',
        NATS_URL: 'nats://127.0.0.1:9',
      },
      stdio: ['ignore', output, output],
    });
  }

  const isAlive = () =>
    fetch(url, { signal: AbortSignal.timeout(5000) }).then(
      ({ status }) => status,
      () => null,
    );

  async function expectOrderlyEnd(): Promise<void> {
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(20_000) });
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  }

  it('starts, answers and stops if both outputs are closed pipes', async () => {
    await start('pipe');
    child.stdout?.destroy();
    child.stderr?.destroy();
    await expect.poll(isAlive, patience).toBe(200);
    await expectOrderlyEnd();
  });

  it('starts, answers and stops if its log is on a full disk', async () => {
    const fullDisk = await open('/dev/full', 'w');
    await start(fullDisk.fd);
    await fullDisk.close();
    await expect.poll(isAlive, patience).toBe(200);
    await expectOrderlyEnd();
  });
});
