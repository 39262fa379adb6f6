import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jetstream } from '@nats-io/jetstream';
import supertest from 'supertest';
import { DataSource } from 'typeorm';
import { Leadership } from '../src/coordination/leadership.js';
import { Leases } from '../src/coordination/leases.js';
import type { PeerList } from '../src/peer-registry/list-peers.js';
import { openPostgres } from '../src/persistence/open-postgres.js';
import { createDatabase } from './support/create-database.js';
import { FakeClock } from './support/fake-clock.js';
import { readOutbox } from './support/read-outbox.js';
import { connectAsService, streamInfo } from './support/read-stream.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { writeStatusEvent } from './support/store-events.js';

async function readStatuses(replica: TestApp): Promise<Record<string, string | null>> {
  const { body } = await replica.as('get', '/api/peers').expect(200);
  return Object.fromEntries((body as PeerList).peers.map(({ deviceId, status }) => [deviceId, status]));
}

/** The replicas are two applications in one process that share nothing but the database. */
describe('two replicas on one PostgreSQL', () => {
  let clock: FakeClock;
  let mock: TestMock;
  let nats: TestNats;
  let first: TestApp;
  let second: TestApp;
  let refreshes: number;

  beforeEach(async () => {
    clock = new FakeClock();
    refreshes = 0;
    mock = await startMock({
      clock,
      log: (line) => {
        if (/refreshed|replayed|again/.test(line)) refreshes += 1;
      },
    });
    nats = await startNats();
    first = await startApp({ mock, nats });
    second = await startApp({ mock, nats, dataDir: first.dataDir });
  });

  afterEach(async () => {
    await second.close();
    await first.stop();
    await nats.stop();
    await mock.stop();
  });

  it('share one admin token, and each immediately reads changes of the other', async () => {
    await first.acquire(mock);
    expect(await second.view()).toMatchObject({ status: 'licensed', reason: 'acquired' });
    await second.as('delete', '/api/license').expect(204);
    expect(await first.view()).toMatchObject({ status: 'unlicensed', reason: 'removed' });
  });

  it('issue one user code, whichever receives the request, and either completes the authorization', async () => {
    const [one, other] = await Promise.all([
      first.as('post', '/api/license/authorization'),
      second.as('post', '/api/license/authorization'),
    ]);
    expect(one.body.userCode).toBe(other.body.userCode);
    await mock.approve(one.body.userCode);
    await second.as('post', '/api/license/authorization/complete').expect(200);
    expect(await first.view()).toMatchObject({ status: 'licensed' });
  });

  it('make one refresh when both receive ten concurrent requests for one', async () => {
    await first.acquire(mock);
    // The refresh lasts until all requests have arrived, even on a loaded machine.
    await mock.control('PUT', '/mock/faults', { mode: 'slow', delayMs: 1000 });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 === 0 ? first : second).as('post', '/api/license/refresh'),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
    expect(refreshes).toBe(1);
    expect((await readOutbox(first)).map(({ data }) => data['reason'])).toEqual(['acquired', 'refreshed']);
  });

  it('have one leader, and the other takes over when it stops', async () => {
    const isLeading = await Promise.all([first, second].map(({ app }) => app.get(Leadership).isLeader()));
    expect(isLeading.filter(Boolean)).toHaveLength(1);
    const leases = second.app.get(Leases);
    await first.as('get', '/api/license');
    expect(await leases.acquireOrRenew('probe', 10_000)).toBe(true);
    expect(await first.app.get(Leases).acquireOrRenew('probe', 10_000)).toBe(false);
    await leases.release('probe');
    expect(await first.app.get(Leases).acquireOrRenew('probe', 10_000)).toBe(true);
  });

  it('do not wait long for each other when one freezes in the middle of a write', async () => {
    await first.acquire(mock);
    const standing = first.app.get(DataSource).transaction(async (manager) => {
      await manager.query('SELECT * FROM license FOR UPDATE');
      await second.as('post', '/api/license/refresh').expect(200);
      await manager.query('SELECT 1');
    });
    await expect(standing).rejects.toThrow(/connection/i);
    expect(refreshes).toBe(1);
    await first.as('post', '/api/license/refresh').expect(200);
  });

  it('never lose a write to each other', async () => {
    await first.acquire(mock);
    const before = await readOutbox(first);
    await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        const replica = index % 2 === 0 ? first : second;
        await replica.as('post', '/api/license/authorization');
        await replica.as('delete', '/api/license/authorization').expect(204);
      }),
    );
    const { body } = await second.as('get', '/api/license/audit?limit=200').expect(200);
    const ids = (body.entries as { id: number }[]).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await readOutbox(second)).toEqual(before);
  });

  it('publish each event once and in order, whichever caused it', async () => {
    await first.acquire(mock);
    for (let turn = 0; turn < 6; turn++) {
      await (turn % 2 === 0 ? second : first).as('post', '/api/license/refresh').expect(200);
    }
    const committed = (await readOutbox(first)).map(({ sequence }) => sequence);
    expect(committed).toHaveLength(7);
    expect(committed).toEqual(committed.toSorted());
    expect(new Set(committed).size).toBe(7);
  });

  it('list the same peers whichever admits them, and follow the stores whichever leads', async () => {
    await first.acquire(mock, 'srv-hub');
    const token = await mock.issueToken('srv-store-1');
    await supertest(first.url).get('/api/peers/me').set('Authorization', `Bearer ${token}`).expect(200);
    await expect.poll(() => readStatuses(second), { timeout: 10_000 }).toEqual({ 'srv-store-1': null });
    const service = await connectAsService(nats);
    await expect.poll(() => streamInfo(service, 'STORES').catch(() => null)).not.toBeNull();
    const publishStatus = (status: string) => {
      clock.advance(1000);
      const json = writeStatusEvent({ serverId: 'srv-store-1', at: clock.now(), data: { status } });
      return jetstream(service).publish('stores.srv-store-1.license.status', json);
    };
    const isFirstLeading = await first.app.get(Leadership).isLeader();
    for (const status of ['requires-renewal', 'licensed']) {
      await publishStatus(status);
      for (const replica of [first, second]) {
        await expect
          .poll(() => readStatuses(replica), { timeout: 10_000 })
          .toEqual({ 'srv-store-1': status });
      }
      // The other replica leads in the second pass.
      await (isFirstLeading ? first : second).app.get(Leadership).beforeApplicationShutdown();
    }
    await service.close();
  });
});

/** Simulates PgBouncer with `ignore_startup_parameters`. */
async function startPooler(serverPort: number): Promise<Server> {
  const pooler = createServer((near) => {
    const far = connect(serverPort, '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => [near, far].forEach((end) => end.destroy()));
    near.once('data', (start: Buffer) => {
      // A startup message has a length, a version, and names and values that end with zero bytes.
      const text = start.toString('latin1', 8).replace(/statement_timeout\0[^\0]*\0/, '');
      const length = Buffer.alloc(4);
      length.writeInt32BE(8 + text.length);
      far.write(Buffer.concat([length, start.subarray(4, 8), Buffer.from(text, 'latin1')]));
      near.pipe(far).pipe(near);
    });
  }).listen(0, '127.0.0.1');
  await once(pooler, 'listening');
  return pooler;
}

it('refuses a connection pooler that accepts and ignores the limits of the service', async () => {
  const url = new URL(await createDatabase());
  const pooler = await startPooler(Number(url.port));
  url.port = String((pooler.address() as AddressInfo).port);
  await expect(openPostgres(url.href, 'without-copy')).rejects.toThrow(
    /connection pooler[^]*use the address of PostgreSQL itself/,
  );
  pooler.close();
});
