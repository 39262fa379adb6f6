import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { readStream } from './support/read-stream.js';
import { connectRegister } from './support/register-connection.js';
import { reportFigure } from './support/report-figure.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { runProcess, startProcess } from './support/start-process.js';

/** `KILLS=200` for the long form. */
const kills = Number(process.env['KILLS'] ?? 30);
/** Every third kill comes somewhere in the start, the others while the token is being refreshed. */
const longestStartMs = 2000;
const longestWorkMs = 1200;
const trialsTimeoutMs = 60_000 + kills * 12_000;
const askEveryMs = 100;

interface SavedLicense {
  readonly license: object | null;
  readonly reauthorizationRequired: boolean;
}

interface Found {
  readonly integrity: unknown;
  readonly state: SavedLicense;
  readonly hasSecrets: boolean;
  /** Ids of everything in the outbox, in the order in which it happened. */
  readonly eventIds: string[];
  /** Of those, the ones that are to be published yet. */
  readonly waitingIds: string[];
}

describe('a service that is killed', () => {
  let mock: TestMock;
  let nats: TestNats;
  let folder: string;
  const mockLog: string[] = [];

  beforeAll(async () => {
    await ensureBuilt();
    folder = await mkdtemp(join(tmpdir(), 'survive-kill-'));
    [mock, nats] = await Promise.all([
      startMock({ tokenTtlSeconds: 4, log: (line) => mockLog.push(line) }),
      startNats(),
    ]);
  }, buildTimeoutMs);

  afterAll(async () => {
    await Promise.all([mock.stop(), nats.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  const dataDir = () => join(folder, 'data');

  /** Looks into a copy, as a look at the database itself would do the recovery that the next start has to do. */
  async function examine(): Promise<Found> {
    const copy = join(folder, 'copy.sqlite');
    for (const suffix of ['', '-wal', '-shm']) {
      await rm(copy + suffix, { force: true });
      const original = join(dataDir(), `licensing.sqlite${suffix}`);
      if (suffix !== '-shm' && existsSync(original)) await copyFile(original, copy + suffix);
    }
    const database = new Sqlite(copy);
    try {
      const row = database.prepare('SELECT state, secrets FROM license').get() as {
        state: string;
        secrets: string | null;
      };
      return {
        integrity: database.pragma('integrity_check', { simple: true }),
        state: JSON.parse(row.state) as SavedLicense,
        hasSecrets: row.secrets !== null,
        eventIds: database
          .prepare('SELECT event_id FROM outbox_event ORDER BY sequence')
          .pluck()
          .all() as string[],
        waitingIds: database
          .prepare('SELECT event_id FROM outbox_event WHERE published_at IS NULL ORDER BY sequence')
          .pluck()
          .all() as string[],
      };
    } finally {
      database.close();
    }
  }

  async function killAtStart(afterMs: number): Promise<void> {
    await runProcess({ mock, nats, dataDir: dataDir() }, afterMs);
  }

  async function killAtWork(afterMs: number): Promise<void> {
    const service = await startProcess({ mock, nats, dataDir: dataDir() });
    const killed = new AbortController();
    const working = (async () => {
      while (!killed.signal.aborted) {
        await service.as('POST', '/api/license/refresh').catch(() => undefined);
        await sleep(askEveryMs);
      }
    })();
    await sleep(afterMs);
    await service.end('SIGKILL');
    killed.abort();
    await working;
  }

  it(
    `has its license and every event after each of ${kills} kills at random moments`,
    async () => {
      const register = await connectRegister(nats);
      const first = await startProcess({ mock, nats, dataDir: dataDir() });
      await first.acquire(mock);
      await first.end('SIGKILL');
      let known = (await examine()).eventIds;

      for (let kill = 1; kill <= kills; kill += 1) {
        const isAtStart = kill % 3 === 0;
        const killAfterMs = Math.random() * (isAtStart ? longestStartMs : longestWorkMs);
        await (isAtStart ? killAtStart(killAfterMs) : killAtWork(killAfterMs));
        const found = await examine();
        const where = `kill ${kill}, ${Math.round(killAfterMs)} ms ${isAtStart ? 'into the start' : 'into its work'}`;
        expect(found.integrity, where).toBe('ok');
        expect(found.state.license, where).not.toBeNull();
        expect(found.state.reauthorizationRequired, where).toBe(false);
        expect(found.hasSecrets, where).toBe(true);
        // What was committed once is never lost to a later kill.
        expect(found.eventIds.slice(0, known.length), where).toEqual(known);
        known = found.eventIds;
      }

      const last = await startProcess({ mock, nats, dataDir: dataDir() });
      expect((await last.as('POST', '/api/license/refresh')).status).toBe(200);
      expect(await last.view()).toMatchObject({
        status: 'licensed',
        reauthorizationRequired: false,
        token: { status: 'valid' },
      });
      const { sequence } = await last.view();
      await register.until(({ event }) => event.sequence === sequence);
      await last.end('SIGTERM');
      const { eventIds, waitingIds } = await examine();
      expect(eventIds.length).toBeGreaterThan(kills);
      expect(eventIds.length).toBeLessThan(1000);
      // The stream stores an id once, although it may have been published again after a kill.
      const stream = await readStream(nats);
      const toldIds = stream.map(({ event }) => event.id);
      expect(toldIds).toEqual(eventIds.slice(0, toldIds.length));
      // What was committed while it stopped waits for the next start.
      expect(waitingIds).toEqual(expect.arrayContaining(eventIds.slice(toldIds.length)));
      const sequences = stream.map(({ event }) => event.sequence);
      expect(sequences).toEqual([...new Set(sequences)].toSorted());
      expect([...new Set(register.events.map(({ event }) => event.id))]).toEqual(toldIds);
      await register.close();
      expect(mockLog.filter((line) => /replayed|family is ended/.test(line))).toEqual([]);
      reportFigure('R1', `${kills} kills survived, ${eventIds.length} events, each in the stream once`);
    },
    trialsTimeoutMs,
  );
});
