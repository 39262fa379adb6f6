import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { examineDatabase } from './support/examine-database.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startProcess, type TestProcess } from './support/start-process.js';

const run = promisify(execFile);
const diskBytes = 2 * 1024 * 1024;
const maxRefreshes = 200;

/** Uses a real file system of 2 MB. Only root can mount one, so this is part of the long form: `SMALL_DISK=on`. */
describe('a service on a disk that is really full', () => {
  let mock: TestMock;
  let disk: string;
  let service: TestProcess;

  beforeAll(async () => {
    await ensureBuilt();
    disk = await mkdtemp(join(tmpdir(), 'small-disk-'));
    await run('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes},mode=0700`, 'tmpfs', disk]);
    mock = await startMock();
    service = await startProcess({ mock, dataDir: join(disk, 'data') });
    await service.acquire(mock);
  }, buildTimeoutMs);

  afterAll(async () => {
    await service.end('SIGKILL');
    await run('umount', [disk]);
    await rm(disk, { recursive: true, force: true });
    await mock.stop();
  });

  const refresh = async () => (await service.as('POST', '/api/license/refresh')).status;

  /** Fills the disk to its last block. */
  async function fill(): Promise<void> {
    const ballast = join(disk, 'ballast');
    for (let bytes = diskBytes; bytes >= 512; bytes /= 2) {
      await writeFile(ballast, Buffer.alloc(bytes), { flag: 'a' }).catch(() => undefined);
    }
  }

  it('answers 503, keeps its license, and after a kill still has the changes since there was free space again', async () => {
    await fill();
    let status = 200;
    for (let refreshes = 0; status === 200 && refreshes < maxRefreshes; refreshes += 1) {
      status = await refresh();
    }
    expect(status).toBe(503);
    for (let failures = 0; failures < 5; failures += 1) expect(await refresh()).toBe(503);
    expect(await service.view()).toMatchObject({ status: 'licensed', token: { status: 'valid' } });
    expect((await service.as('GET', '/health')).status).toBe(503);

    await rm(join(disk, 'ballast'));
    expect(await refresh()).toBe(200);
    const { sequence, token } = await service.view();
    await service.end('SIGKILL');
    const left = await examineDatabase(service.dataDir, undefined);
    expect(left).toMatchObject({ integrity: 'ok', hasSecrets: true });

    service = await startProcess({ mock, dataDir: service.dataDir });
    expect(await service.view()).toMatchObject({
      status: 'licensed',
      sequence,
      token: { issuedAt: token.issuedAt },
    });
  });
});
