import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOutbox } from './support/commit-events.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

/** SQLite's own page limit, which acts like a full disk: in the middle of a transaction. */
const noLimit = 1_073_741_823;
const maxRefreshes = 200;

describe('a service whose disk is full or read-only', () => {
  let mock: TestMock;
  let nats: TestNats;
  let app: TestApp;

  beforeAll(async () => {
    [nats, mock] = await Promise.all([startNats(), startMock()]);
    app = await startApp({ mock, nats });
    await app.acquire(mock);
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([mock.stop(), nats.stop()]);
  });

  async function limitPages(pages: number | 'unchanged'): Promise<void> {
    const database = app.app.get(DataSource);
    const [row] = await database.query<{ page_count: number }[]>('PRAGMA page_count');
    await database.query(`PRAGMA max_page_count = ${pages === 'unchanged' ? row?.page_count : pages}`);
  }

  const refresh = () => app.as('post', '/api/license/refresh');

  it('answers 503 on a full disk, keeps reporting its license, and loses nothing once there is free space again', async () => {
    await limitPages('unchanged');
    let refreshes = 0;
    let answer = await refresh();
    for (; answer.status === 200 && refreshes < maxRefreshes; refreshes += 1) answer = await refresh();
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({
      code: 'storage-unavailable',
      detail: expect.stringContaining('free up space') as string,
    });
    expect(await app.view()).toMatchObject({ status: 'licensed', token: { status: 'valid' } });

    await limitPages(noLimit);
    await refresh().expect(200);
    const events = await readOutbox(app);
    // The events are the acquisition, one for each answered refresh, and the last refresh. A refresh that was granted
    // while the disk was full may add one: the last request stores it first.
    expect([1 + refreshes + 1, 1 + refreshes + 2]).toContain(events.length);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length);
    await app.as('get', '/health').expect(200);
  });

  it('reports itself unhealthy until a write succeeds again, without a restart', async () => {
    // Works like a disk that was mounted again as read-only.
    await app.app.get(DataSource).query('PRAGMA query_only = ON');
    expect((await refresh()).status).toBe(503);
    const { body } = await app.as('get', '/health').expect(503);
    expect(body).toMatchObject({ details: { database: { status: 'down' } } });
    await app.as('get', '/health/ready').expect(200);

    await app.app.get(DataSource).query('PRAGMA query_only = OFF');
    await app.as('get', '/health').expect(200);
  });
});
