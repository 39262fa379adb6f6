import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createDevice, fileStorage } from '../src/index.js';

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pos-device-'));
  endings.push(() => rm(folder, { recursive: true }));
  return folder;
}

describe('the storage file of a device', () => {
  it('is readable only by its owner, even after a crash left a draft behind', async () => {
    const path = join(await newFolder(), 'till/device.json');
    const storage = fileStorage(path);
    expect(await storage.read()).toBeNull();
    await storage.write('one');
    await writeFile(`${path}.new`, 'half', { mode: 0o644 });
    await storage.write('two');
    expect(await storage.read()).toBe('two');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toBe('two');
  });

  it('is rejected when other users can read it', async () => {
    const path = join(await newFolder(), 'device.json');
    await writeFile(path, '{}', { mode: 0o644 });
    const made = createDevice({ authServerUrl: 'https://a.example', clientId: 'pos-server', storage: path });
    await expect(made).rejects.toMatchObject({
      code: 'storage-unusable',
      message: expect.stringContaining('chmod 600') as string,
    });
  });

  it.each(['', '{', '{}', '[]', 'null', '{"version":2}'])(
    'is rejected as unusable when it contains %j',
    async (text) => {
      const path = join(await newFolder(), 'device.json');
      await writeFile(path, text, { mode: 0o600 });
      const made = createDevice({
        authServerUrl: 'https://a.example',
        clientId: 'pos-server',
        storage: path,
      });
      await expect(made).rejects.toMatchObject({ code: 'storage-unusable' });
    },
  );
});
