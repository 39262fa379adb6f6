import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import { GrantHolder } from '../fixtures/grant-holder.mjs';
import { loadBuilt } from '../fixtures/load-built.mjs';

const refreshesPerRound = 20;
const pauseMs = 100;

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const refreshLicense = {
  name: 'refresh-license',
  title: 'A refresh: call, store, event',
  how:
    'From POST /api/license/refresh to its answer. Baseline: the same grant from the same mock by a client that verifies ' +
    'the signature of the token, and two rows committed to SQLite with synchronous = FULL, because a refresh must be noted ' +
    'before its token is sent. One refresh per 100 ms: a server refreshes once a ' +
    'day, so the work after the previous one (its event, the keys, the revocation list) is done.',
  figures: { wall: 'ms' },
  targets: [
    { kind: 'ratio', ours: 'service', other: 'call, two commits, verification', figure: 'wall', atMost: 1.4 },
  ],
  exception:
    'A refresh runs once a day, so its code is cold; it is 100 times shorter than the wait of a person.',
  async prepare(fixtures, { isQuick }) {
    const [{ service }, mock] = await Promise.all([fixtures.events(), fixtures.mock()]);
    const holder = await GrantHolder.find(mock.url);
    await holder.acquire((userCode) =>
      mock.control('POST', '/mock/approve', { userCode, deviceId: 'srv-hub' }),
    );
    const { Sqlite } = await loadBuilt('persistence/sqlite');
    const database = new Sqlite(join(fixtures.newFolder('bare'), 'bare.sqlite'));
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.exec('CREATE TABLE token (id INTEGER PRIMARY KEY, body TEXT NOT NULL)');
    const insert = database.prepare('INSERT INTO token (body) VALUES (?)');
    // The same client as the baseline has: Node's fetch takes as long as a commit.
    const admin = new Pool(service.url, { connections: 1 });
    const headers = { authorization: `Bearer ${service.adminToken}` };
    const count = isQuick ? 5 : refreshesPerRound;
    const ours = () =>
      meanMs(count, async () => {
        const answer = await admin.request({ method: 'POST', path: '/api/license/refresh', headers });
        await answer.body.text();
        if (answer.statusCode !== 200) throw new Error(`The refresh failed: ${answer.statusCode}`);
      });
    const bare = () =>
      meanMs(count, async () => {
        insert.run('x'.repeat(100));
        holder.verify(await holder.refresh());
        insert.run('x'.repeat(1_000));
      });
    await ours();
    await bare();
    return {
      contenders: [
        { name: 'service', round: ours },
        { name: 'call, two commits, verification', round: bare },
      ],
      close: async () => {
        database.close();
        await Promise.all([holder.stop(), admin.close()]);
      },
    };
  },
};

/** @param {number} count @param {() => Promise<unknown>} work */
async function meanMs(count, work) {
  let totalMs = 0;
  for (let index = 0; index < count; index += 1) {
    await wait(pauseMs);
    const startedAt = performance.now();
    await work();
    totalMs += performance.now() - startedAt;
  }
  return { wall: totalMs / count };
}
