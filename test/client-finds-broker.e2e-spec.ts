import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBroker } from '../client/src/find-broker.js';
import { type Device, createDevice } from '../client/src/index.js';
import { MemoryStorage } from '../client/test/support/memory-storage.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';

describe('a register with the client library', () => {
  let mock: TestMock;
  let app: TestApp;
  let device: Device;

  beforeAll(async () => {
    mock = await startMock();
    app = await startApp({ mock });
    const storage = new MemoryStorage();
    device = await createDevice({ authServerUrl: mock.url, clientId: 'pos-register', storage });
    await device.authorize(({ userCode }) => mock.approve(userCode, 'reg-1-1'));
  });
  afterAll(async () => {
    await device.stop();
    await app.stop();
    await mock.stop();
  });

  it('is told that its server is not licensed yet', async () => {
    expect(device.isBound).toBe(true);
    await expect(findBroker(app.url, device)).rejects.toMatchObject({
      code: 'server-refused',
      message: expect.stringContaining('server-unlicensed') as string,
    });
  });

  it('is told where the broker is, with a proof and the nonce of the server, once that is licensed', async () => {
    await app.acquire(mock);
    expect(await findBroker(app.url, device)).toMatch(/^nats:\/\/127\.0\.0\.1:\d+$/);
    await device.refresh();
    expect(await findBroker(app.url, device)).toMatch(/^nats:\/\/127\.0\.0\.1:\d+$/);
  });
});
