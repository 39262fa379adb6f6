import { jetstreamManager, type StreamInfo } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Outbox } from '../src/outbox/outbox.js';
import { commitEvents, readOutbox } from './support/commit-events.js';
import { readStream } from './support/read-stream.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNatsCluster, type TestNatsCluster } from './support/start-nats-cluster.js';
import type { TestNats } from './support/start-nats.js';

const patience = { timeout: 30_000, interval: 50 };
const rounds = 40;
const eventsPerRound = 5;

describe('a cluster of three brokers', () => {
  let mock: TestMock;
  let cluster: TestNatsCluster;
  let app: TestApp;
  let lost: string;
  let connection: NatsConnection;

  beforeAll(async () => {
    [cluster, mock] = await Promise.all([startNatsCluster(), startMock()]);
    const nats = cluster.brokers.get('broker-1');
    if (!nats) throw new Error('The cluster has no first broker.');
    const environment = { NATS_URL: cluster.url, NATS_STREAM_REPLICAS: '3' };
    app = await startApp({ mock, nats, environment });
    connection = await connectToCluster(nats);
  });

  afterAll(async () => {
    await connection?.close();
    await app?.stop();
    await Promise.all([mock?.stop(), cluster?.stop()]);
  });

  function connectToCluster(nats: TestNats): Promise<NatsConnection> {
    const { user, password } = nats.serviceUser;
    return connect({
      servers: cluster.url.split(','),
      user,
      pass: password,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
    });
  }

  const untilDrained = () =>
    expect.poll(async () => (await app.app.get(Outbox).pending()).count, patience).toBe(0);

  async function streamInfo(): Promise<StreamInfo> {
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: 10_000 });
    return manager.streams.info('LICENSING');
  }

  /** Returns a running broker other than `lost`. */
  function survivor(): TestNats {
    const [, nats] = [...cluster.brokers].find(([name]) => name !== lost) ?? [];
    if (!nats) throw new Error('There is no other broker.');
    return nats;
  }

  it('stores each event on all three brokers once they have found each other', async () => {
    await app.acquire(mock);
    await untilDrained();
    const { config, cluster: group } = await streamInfo();
    expect(config.num_replicas).toBe(3);
    const members = [group?.leader, ...(group?.replicas ?? []).map(({ name }) => name)];
    expect(new Set(members)).toEqual(new Set(cluster.brokers.keys()));
  });

  it('loses and reorders nothing when the leader of the stream is killed while events are published', async () => {
    lost = (await streamInfo()).cluster?.leader ?? '';
    for (let round = 0; round < rounds; round += 1) {
      await commitEvents(app, eventsPerRound);
      if (round === rounds / 4) await cluster.brokers.get(lost)?.kill();
    }
    await untilDrained();
    // Until the leaders of the stream and of the cluster are elected, no broker answers.
    await expect.poll(async () => (await streamInfo()).cluster?.leader ?? lost, patience).not.toBe(lost);
    const committed = (await readOutbox(app)).map(({ eventId }) => eventId);
    expect(committed).toHaveLength(rounds * eventsPerRound + 1);
    await expect
      .poll(async () => (await readStream(survivor())).map(({ event }) => event.id), patience)
      .toEqual(committed);
  });

  it('is complete again when the killed broker returns', async () => {
    await cluster.brokers.get(lost)?.restart();
    await expect
      .poll(async () => {
        const replicas = (await streamInfo()).cluster?.replicas ?? [];
        return replicas.filter(({ current }) => current).length;
      }, patience)
      .toBe(2);
  });
});
