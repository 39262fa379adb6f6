import pg from 'pg';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from './support/create-database.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.js';
import { findFreePort } from './support/find-free-port.js';
import { readStream } from './support/read-stream.js';
import { connectRegister, type TestRegister } from './support/register-connection.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { startProcess, type TestProcess } from './support/start-process.js';
import { refreshPath, tokenPath } from './support/start-store.js';

const tokenTtlSeconds = 8;
/** A refresh is due after 50–70 % of the token's life. A busy machine can delay it. */
const minGapMs = tokenTtlSeconds * 500 - 200;
const dueTimeoutMs = tokenTtlSeconds * 1000 + 5000;

/** Log lines of the mock about a refresh token that was used before. */
const signsOfReplay = /replayed|family is ended|refused|ended/;

describe('two processes on one PostgreSQL whose leader is paused', () => {
  let mock: TestMock;
  let proxy: FaultProxy;
  let nats: TestNats;
  let register: TestRegister;
  let database: pg.Client;
  let leader: TestProcess;
  let other: TestProcess;
  let mockLog: string[];
  let refreshedAtMs: number[];

  beforeAll(ensureBuilt, buildTimeoutMs);

  async function start(ttlSeconds: number): Promise<void> {
    mockLog = [];
    refreshedAtMs = [];
    const port = await findFreePort();
    proxy = await startFaultProxy(port);
    mock = await startMock({
      port,
      issuerUrl: proxy.url,
      tokenTtlSeconds: ttlSeconds,
      log: (line) => {
        mockLog.push(line);
        if (line.includes('refreshed')) refreshedAtMs.push(Date.now());
      },
    });
    nats = await startNats();
    register = await connectRegister(nats);
    const databaseUrl = await createDatabase();
    // With such a short token, the first warning would be due within a second of the refresh.
    const environment = { DATABASE_URL: databaseUrl, TOKEN_WARNINGS: '1s' };
    database = new pg.Client({ connectionString: databaseUrl });
    await database.connect();
    leader = await startProcess({ mock, nats, environment });
    await expect.poll(countLeases, { timeout: 10_000 }).toBe(1);
    other = await startProcess({ mock, nats, environment, dataDir: leader.dataDir });
    await leader.acquire(mock);
  }

  afterEach(async () => {
    await Promise.all([leader.end('SIGKILL'), other.end('SIGKILL')]);
    await leader.remove();
    await Promise.all([database.end(), register.close()]);
    await Promise.all([nats.stop(), mock.stop()]);
    await proxy.stop();
  });

  async function countLeases(): Promise<number> {
    return (await database.query("SELECT 1 FROM lease WHERE name = 'leader'")).rows.length;
  }

  /** Expires the leases, as the clock of the database does if nobody renews them, without the wait. */
  async function endLeases(): Promise<void> {
    await database.query('UPDATE lease SET expires_at = 0');
  }

  const pauseLeader = () => process.kill(leader.pid, 'SIGSTOP');
  const wakeLeader = () => process.kill(leader.pid, 'SIGCONT');

  /** Returns the reasons that the register received. A repeated event has the same id, by which registers drop it. */
  function received(): unknown[] {
    const events = new Map(register.events.map(({ event }) => [event.id, event.data['reason']]));
    return [...events.values()];
  }

  async function expectNothingLost(): Promise<void> {
    const { rows } = await database.query<{ event_id: string }>(
      'SELECT event_id FROM outbox_event ORDER BY sequence',
    );
    const committed = rows.map(({ event_id: id }) => id);
    const { sequence } = await other.view();
    await register.until(({ event }) => event.sequence === sequence);
    expect((await readStream(nats)).map(({ event }) => event.id)).toEqual(committed);
    expect([...new Set(register.events.map(({ event }) => event.id))]).toEqual(committed);
    expect(mockLog.filter((line) => signsOfReplay.test(line))).toEqual([]);
  }

  it('refresh once whenever it is due: while the leader is paused, and after it resumes', async () => {
    await start(tokenTtlSeconds);
    pauseLeader();
    await endLeases();
    await expect.poll(() => refreshedAtMs.length, { timeout: dueTimeoutMs }).toBe(1);
    wakeLeader();
    await expect.poll(() => refreshedAtMs.length, { timeout: dueTimeoutMs }).toBe(2);
    const [first = 0, second = 0] = refreshedAtMs;
    expect(second - first).toBeGreaterThan(minGapMs);
    await expect.poll(received).toEqual(['acquired', 'refreshed', 'refreshed']);
    await expect.poll(() => leader.view()).toEqual(await other.view());
    expect(await other.view()).toMatchObject({ status: 'licensed', reauthorizationRequired: false });
    await expectNothingLost();
  });

  const pauses = [
    { what: 'before its answer is read', at: 'answer' as const },
    { what: 'before the server receives it', at: 'request' as const },
  ];

  // The simulation pauses a leader at any call. FAILING_CALLS=all tries both with real processes.
  it.each(pauses.slice(0, process.env['FAILING_CALLS'] === 'all' ? 2 : 1))(
    'keep the license if the leader has sent the refresh token and is paused $what',
    async ({ at }) => {
      await start(7 * 86_400);
      proxy.inject({
        path: tokenPath,
        at,
        outcome: 'pass',
        meanwhile: async () => {
          pauseLeader();
          await endLeases();
        },
      });
      const paused = leader.as('POST', refreshPath);
      await expect.poll(() => proxy.done(tokenPath).length, { timeout: 10_000 }).toBe(2);
      expect((await other.as('POST', refreshPath)).status).toBe(200);
      wakeLeader();
      expect((await paused).status).toBe(200);
      expect((await leader.as('POST', refreshPath)).status).toBe(200);
      expect((await other.as('POST', refreshPath)).status).toBe(200);
      expect(await database.query('SELECT 1 FROM pending_revocation')).toMatchObject({ rows: [] });
      await expect.poll(() => leader.view()).toEqual(await other.view());
      expect(await other.view()).toMatchObject({ status: 'licensed', reauthorizationRequired: false });
      await expectNothingLost();
    },
  );
});
