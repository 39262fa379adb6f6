import { copyFile, readFile, rename } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Settings } from '../src/config/settings.js';
import { rotateEncryptionKey } from '../src/persistence/rotate-encryption-key.js';
import { FakeClock } from './support/fake-clock.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';

describe('the rotation of the encryption key', () => {
  let clock: FakeClock;
  let mock: TestMock;
  let app: TestApp;
  let keyPath: string;
  let settings: Settings;

  const restart = async () => {
    app = await startApp({ mock, dataDir: app.dataDir });
  };

  beforeEach(async () => {
    clock = new FakeClock();
    mock = await startMock({ clock });
    app = await startApp({ mock });
    keyPath = join(app.dataDir, 'encryption-key');
    settings = app.app.get(Settings);
    await app.acquire(mock);
    // Two kinds of secrets: those of the license, and those of a revocation that waits.
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    await app.as('delete', '/api/license').expect(204);
    await mock.control('PUT', '/mock/faults', { mode: 'none' });
    await app.acquire(mock);
  });

  afterEach(async () => {
    await app.stop();
    await mock.stop();
  });

  it('keeps the license usable, and makes the old key useless', async () => {
    await app.close();
    const oldKey = await readFile(keyPath, 'utf8');
    await rotateEncryptionKey(settings, null);
    const newKey = await readFile(keyPath, 'utf8');
    expect(newKey).not.toBe(oldKey);
    await expect(
      startApp({ mock, dataDir: app.dataDir, environment: { ENCRYPTION_KEY: oldKey.trim() } }),
    ).rejects.toThrow(/ENCRYPTION_KEY/);
    await restart();
    await app.as('post', '/api/license/refresh').expect(200);
    expect(await app.view()).toMatchObject({ status: 'licensed', reason: 'refreshed' });
  });

  it('uses the key from the caller if the present key is a setting', async () => {
    await app.close();
    const [present, next] = [await readFile(keyPath, 'utf8'), randomBytes(32).toString('base64')];
    await rotateEncryptionKey(Object.assign({}, settings, { encryptionKey: present.trim() }), next);
    app = await startApp({ mock, dataDir: app.dataDir, environment: { ENCRYPTION_KEY: next } });
    await app.as('post', '/api/license/refresh').expect(200);
  });

  it('is completed by the next start if it was interrupted after its commit', async () => {
    await app.close();
    await copyFile(keyPath, `${keyPath}.old`);
    await rotateEncryptionKey(settings, null);
    await rename(keyPath, `${keyPath}.next`);
    await rename(`${keyPath}.old`, keyPath);
    await restart();
    await app.as('post', '/api/license/refresh').expect(200);
    await app.close();
    await restart();
  });

  it('is refused while the service runs, and changes nothing', async () => {
    const key = await readFile(keyPath, 'utf8');
    await app.tick();
    await expect(rotateEncryptionKey(settings, null)).rejects.toThrow(/stop/);
    expect(await readFile(keyPath, 'utf8')).toBe(key);
    await app.close();
    await restart();
    await app.as('post', '/api/license/refresh').expect(200);
  });
});
