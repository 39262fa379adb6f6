import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildTimeoutMs, ensureBuilt } from '../../test/support/ensure-built.js';
import { startMock } from '../../test/support/start-mock.js';
import { startNats, type TestNats } from '../../test/support/start-nats.js';
import { ExampleProcess } from './support/example-process.js';
import { FakeBroker } from './support/fake-broker.js';
import { LicensePublisher } from './support/license-publisher.js';
import { makeStatusEvent, makeTokenWarning, tokenUntil } from './support/make-event.js';

const END = '2099-01-01T00:00:00.000Z';
const maxExitMs = 10_000;

describe('the example register', () => {
  let folder: string;
  let broker: TestNats;
  let service: LicensePublisher;
  let register: ExampleProcess | undefined;

  beforeAll(async () => {
    await ensureBuilt();
    [folder, broker] = await Promise.all([mkdtemp(join(tmpdir(), 'register-')), startNats()]);
    service = await LicensePublisher.connect(broker);
    await service.createStream();
  }, buildTimeoutMs);
  afterEach(async () => {
    register?.signal('SIGKILL');
    await register?.exitCode();
    register = undefined;
  });
  afterAll(async () => {
    await service.close();
    await broker.stop();
    await rm(folder, { recursive: true });
  });

  function start(environment: Record<string, string> = {}): ExampleProcess {
    const { user, password } = broker.registerUser;
    register = new ExampleProcess({
      NATS_URL: broker.url,
      NATS_USER: user,
      NATS_PASSWORD: password,
      ...environment,
    });
    return register;
  }

  it('waits for the first license and prints each event when it arrives', async () => {
    const example = start();
    await example.seenLine(/^no license known yet: waiting$/);

    await service.publish(makeStatusEvent(1, tokenUntil(END), { time: new Date().toISOString() }));
    const line = await example.seenLine(/^license\.status /);
    expect(line).toMatch(
      /^license\.status licensed \(acquired\), token until 2099-01-01T00:00:00\.000Z, sequence \d{16}, live, \d+ ms after it was emitted$/,
    );
    await service.publish(makeTokenWarning(2, END));
    await example.seenLine(
      /^token\.expiring 3600 s left \(threshold 21600 s\), token until 2099-.*, sequence \d{16}, live, /,
    );
  });

  it('prints the last stored status immediately, with its password from a file', async () => {
    const path = join(folder, 'register-password');
    await writeFile(path, `${broker.registerUser.password}\n`, { mode: 0o600 });
    await service.publish(makeStatusEvent(3, { status: 'requires-renewal', reason: 'renewal-window' }));
    const example = start({ NATS_PASSWORD: '', NATS_PASSWORD_FILE: path });
    expect(await example.seenLine(/^license\.status /)).toMatch(
      /requires-renewal \(renewal-window\), .*, stored, emitted at 2026-/,
    );
  });

  it('reconnects to a broker that was killed and restarted', async () => {
    const example = start();
    await example.seenLine(/^license\.status requires-renewal /);
    const linesBefore = example.lines.length;
    await broker.kill();
    await example.seenLine(
      /^not connected \(.+\): retrying every second; still licensed, until .+$/,
      linesBefore,
    );
    await broker.restart();
    await example.seenLine(/^connected to /, linesBefore);
    service = await LicensePublisher.connect(broker);
    await service.publish(
      makeStatusEvent(4, { status: 'unlicensed', reason: 'removed', ...tokenUntil(null) }),
    );
    await example.seenLine(/^license\.status unlicensed \(removed\), no token, sequence /, linesBefore);
  });

  it.each<[NodeJS.Signals, string, string]>([
    ['SIGTERM', 'connected', ''],
    ['SIGINT', 'connected', ''],
    ['SIGTERM', 'without a broker', 'nats://127.0.0.1:1'],
  ])('exits with 0 after %s, %s, and does not wait for the broker', async (signal, _state, url) => {
    const example = start(url === '' ? {} : { NATS_URL: url });
    await example.seenLine(/connected/);
    const startedAt = performance.now();
    example.signal(signal);
    expect(await example.exitCode()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(maxExitMs);
  });

  it('lists all faults of its settings and does not start', async () => {
    const example = start({ NATS_USER: '', NATS_PASSWORD_FILE: '/nowhere' });
    expect(await example.exitCode()).toBe(1);
    await example.seenLine(/^NATS_USER is not set: /);
    await example.seenLine(/^NATS_PASSWORD and NATS_PASSWORD_FILE are both set: /);
  });

  it('names the settings file that cannot be read', async () => {
    const example = start({ NATS_PASSWORD: '', NATS_PASSWORD_FILE: join(folder, 'nowhere') });
    expect(await example.exitCode()).toBe(1);
    await example.seenLine(/^NATS_PASSWORD_FILE: ".*nowhere" is empty or cannot be read/);
  });

  it('rejects an unknown profile of the Authorization server', async () => {
    const settings = { AUTH_SERVER_URL: 'https://auth.example', AUTH_SERVER_PROFILE: 'okta' };
    const example = start({ NATS_USER: '', NATS_PASSWORD: '', ...settings });
    expect(await example.exitCode()).toBe(1);
    await example.seenLine(/^profile: okta is not a preset /);
  });

  it('rejects a user name that is not valid in a subject', async () => {
    const example = start({ NATS_USER: 'reg.*' });
    expect(await example.exitCode()).toBe(1);
    await example.seenLine(/^user: expected 1 to 64 /);
  });

  it('acquires a token with a user code that it prints, and needs none at the next start', async () => {
    const [mock, tokenBroker] = await Promise.all([startMock(), FakeBroker.start({})]);
    const settings = {
      NATS_USER: '',
      NATS_PASSWORD: '',
      NATS_URL: tokenBroker.url,
      AUTH_SERVER_URL: mock.url,
      DATA_DIR: join(folder, 'register-data'),
    };
    try {
      const example = start(settings);
      const line = await example.seenLine(/^user code /);
      const [, userCode = ''] = /^user code (\S+): enter it at http/.exec(line) ?? [];
      await mock.approve(userCode, 'reg-1-1');
      await example.seenLine(
        /^token acquired for Store 1, register 1 \(reg-1-1\) at Store 1 \(srv-store-1\), /,
      );
      await example.seenLine(/^connected to /);
      example.signal('SIGTERM');
      expect(await example.exitCode()).toBe(0);

      const again = start(settings);
      await again.seenLine(/^connected to /);
      expect(again.lines.filter((seen) => seen.startsWith('user code'))).toEqual([]);
      const presented = tokenBroker.connects.map(({ auth_token: token }) => String(token).split('~').length);
      expect(presented).toEqual([2, 2]);
    } finally {
      await Promise.all([mock.stop(), tokenBroker.close()]);
    }
  });

  it('is authorized by the controls of a mock without a person', async () => {
    const [mock, tokenBroker] = await Promise.all([startMock(), FakeBroker.start({})]);
    try {
      const example = start({
        NATS_USER: '',
        NATS_PASSWORD: '',
        NATS_URL: tokenBroker.url,
        AUTH_SERVER_URL: mock.url,
        DATA_DIR: join(folder, 'demo-data'),
        MOCK_CONTROLS_URL: mock.url,
        DEVICE_ID: 'reg-2-1',
      });
      await example.seenLine(/^following the license as reg-2-1 at nats:/);
      await example.seenLine(/^connected to /);
    } finally {
      await Promise.all([mock.stop(), tokenBroker.close()]);
    }
  });

  it('exits with 0 while it waits for a person', async () => {
    const mock = await startMock();
    try {
      const example = start({
        NATS_USER: '',
        NATS_PASSWORD: '',
        AUTH_SERVER_URL: mock.url,
        DATA_DIR: join(folder, 'waiting-data'),
      });
      await example.seenLine(/^user code /);
      const startedAt = performance.now();
      example.signal('SIGTERM');
      expect(await example.exitCode()).toBe(0);
      expect(performance.now() - startedAt).toBeLessThan(maxExitMs);
    } finally {
      await mock.stop();
    }
  });
});
