import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { brokerEnvironment } from './support/broker-environment.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { expectOrderlyStop } from './support/expect-orderly-stop.js';
import { readStream } from './support/read-stream.js';
import { startApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { startProcess, type TestProcess } from './support/start-process.js';

describe('a stop', () => {
  let mock: TestMock;
  let nats: TestNats;
  let service: TestProcess;

  beforeAll(async () => {
    await ensureBuilt();
    [mock, nats] = await Promise.all([startMock(), startNats()]);
  }, buildTimeoutMs);

  afterEach(() => service.remove());

  afterAll(() => Promise.all([mock.stop(), nats.stop()]));

  it('does not wait for a broker that accepts a connection and sends nothing', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const connected = once(mute, 'connection');
    const { port } = mute.address() as AddressInfo;
    service = await startProcess({ mock, nats, environment: { NATS_URL: `nats://127.0.0.1:${port}` } });
    await connected;
    await expectOrderlyStop(service);
    mute.close();
  });

  it('does not wait for its own broker when that no longer answers', async () => {
    service = await startProcess({ mock, nats, environment: brokerEnvironment(nats) });
    await service.acquire(mock);
    await expect.poll(() => readStream(nats).catch(() => [])).not.toEqual([]);
    await nats.freeze();
    try {
      // Creates an event that waits for its acknowledgement.
      await service.as('POST', '/api/license/refresh');
      await expectOrderlyStop(service);
    } finally {
      await nats.thaw();
    }
  });

  it('does not wait for the broker of its hub when that no longer answers', async () => {
    const hubNats = await startNats();
    const hub = await startApp({ mock, nats: hubNats });
    try {
      await hub.acquire(mock, 'srv-hub');
      service = await startProcess({ mock, nats, environment: { HUB_NATS_URL: hubNats.url } });
      await service.acquire(mock);
      const health = async () => (await fetch(new URL('/health', service.url))).json();
      await expect
        .poll(health, { timeout: 20_000 })
        .toMatchObject({ details: { nats: { hub: { connected: true, eventsWaiting: 0 } } } });
      await hubNats.freeze();
      await expectOrderlyStop(service);
    } finally {
      await hubNats.thaw();
      await hub.stop();
      await hubNats.stop();
    }
  });
});
