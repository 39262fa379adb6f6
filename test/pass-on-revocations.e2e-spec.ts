import { connect, type NatsConnection, tokenAuthenticator } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HubLink } from '../src/messaging/hub-link.js';
import { HubRevocations } from '../src/messaging/hub-revocations.js';
import { RevocationList, type SignedStatusList } from '../src/peers/revocation-list.js';
import { type CuttableBrokerLink, startCuttableBrokerLink } from './support/cuttable-broker-link.js';
import { type ForwardProxy, startForwardProxy } from './support/start-forward-proxy.js';
import { reportFigure } from './support/report-figure.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

const patience = { timeout: 20_000 };

describe('a store server that reaches its hub, but not the Authorization server', () => {
  let mock: TestMock;
  let hubNats: TestNats;
  let nats: TestNats;
  let internet: ForwardProxy;
  let link: CuttableBrokerLink;
  let hub: TestApp;
  let store: TestApp;
  let firstList: SignedStatusList | null;
  const connections: NatsConnection[] = [];

  beforeAll(async () => {
    [hubNats, nats, mock] = await Promise.all([startNats(), startNats(), startMock()]);
    [internet, link] = await Promise.all([
      startForwardProxy(Number(new URL(mock.url).port)),
      startCuttableBrokerLink(hubNats.port),
    ]);
    hub = await startApp({ mock, nats: hubNats });
    store = await startApp({
      mock,
      nats,
      environment: { HUB_NATS_URL: link.url, HTTP_PROXY: internet.url },
    });
    await Promise.all([hub.acquire(mock, 'srv-hub'), store.acquire(mock, 'srv-store-1')]);
    await vi.waitFor(() => {
      firstList = store.app.get(RevocationList).signed;
      expect(firstList).not.toBeNull();
      expect(store.app.get(HubLink).isConnected).toBe(true);
    }, patience);
    await internet.stop();
    await store.as('post', '/api/license/refresh').expect(503);
  });

  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await Promise.all([store.stop(), hub.stop()]);
    await Promise.all([link.close(), mock.stop(), hubNats.stop(), nats.stop()]);
  });

  async function open(token: string): Promise<NatsConnection> {
    const authenticator = tokenAuthenticator(token);
    const connection = await connect({ servers: nats.url, authenticator, reconnect: false });
    connections.push(connection);
    return connection;
  }

  /** Revokes a device, and makes the hub fetch the list, which the hub does by itself once its list has expired. */
  async function revoke(deviceId: string): Promise<void> {
    await mock.control('DELETE', `/mock/devices/${deviceId}/authorization`);
    const { version } = hub.app.get(RevocationList);
    await hub.as('post', '/api/license/refresh').expect(200);
    await expect.poll(() => hub.app.get(RevocationList).version).toBeGreaterThan(version);
  }

  it('closes the connection of a revoked register, and does not admit it again', async () => {
    const token = await mock.issueToken('reg-1-1');
    const [revoked, other] = [await open(token), await open(await mock.issueToken('reg-1-2'))];
    await revoke('reg-1-1');
    const begunAt = performance.now();
    // The interval of the store does this every 30 s.
    await store.app.get(HubRevocations).ask();
    await revoked.closed();
    const ms = Math.round(performance.now() - begunAt);
    const { ttlSeconds } = hub.app.get(RevocationList);
    reportFigure(
      'S10',
      `a revoked register is out ${ms} ms after the store has asked its hub; ` +
        `at most ${ttlSeconds} s (list) + 5 s (hub looks) + 30 s (store asks) + 1 s (store ends it) after it was revoked`,
    );
    expect(ms).toBeLessThan(10_000);
    expect(ttlSeconds).toBe(300);
    await expect(open(token)).rejects.toThrow(/authorization violation/i);
    expect(other.isClosed()).toBe(false);
  });

  it('closes the connection of a register that was revoked during a cut of the link as soon as the link is back', async () => {
    const revoked = await open(await mock.issueToken('reg-1-2'));
    link.cut();
    await revoke('reg-1-2');
    expect(revoked.isClosed()).toBe(false);
    link.restore();
    await revoked.closed();
  });

  it('refuses a list that is older, of another URL or not signed, from any source', async () => {
    const { jwt = '', uri = '' } = hub.app.get(RevocationList).signed ?? {};
    const list = store.app.get(RevocationList);
    expect(list.signed).toEqual({ jwt, uri });
    const { version } = list;
    expect(await list.offer(firstList?.jwt ?? '', uri)).toBe(false);
    expect(await list.offer(jwt, `${uri}/other`)).toBe(false);
    expect(await list.offer(`${jwt.slice(0, -10)}AAAAAAAAAA`, uri)).toBe(false);
    expect(list.version).toBe(version);
  });
});
