import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, databaseName, isOnPostgres } from './support/create-database.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { examineDatabase } from './support/examine-database.js';
import { readStream } from './support/read-stream.js';
import { connectRegister } from './support/register-connection.js';
import { reportFigure } from './support/report-figure.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { runProcess, startProcess } from './support/start-process.js';

/** `KILLS=200` runs the long form. */
const kills = Number(process.env['KILLS'] ?? 3);
/** Every third kill occurs during the start, the others during token refreshes. */
const maxStartMs = 2000;
const maxWorkMs = 400;
/** The stream keeps 1000 events of each subject. */
const refreshesPerLife = Math.ceil(800 / kills);
const attemptsTimeoutMs = 120_000 + kills * 12_000;

describe('a service that is killed', () => {
  let mock: TestMock;
  let nats: TestNats;
  let folder: string;
  let databaseUrl: string | undefined;
  const mockLog: string[] = [];

  beforeAll(async () => {
    await ensureBuilt();
    folder = await mkdtemp(join(tmpdir(), 'survive-kill-'));
    if (isOnPostgres) databaseUrl = await createDatabase();
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

  const examine = () => examineDatabase(dataDir(), databaseUrl);
  const options = () => ({
    mock,
    nats,
    dataDir: dataDir(),
    ...(databaseUrl !== undefined && { environment: { DATABASE_URL: databaseUrl } }),
  });

  async function killAtStart(afterMs: number): Promise<void> {
    await runProcess(options(), afterMs);
  }

  /** @param isFirstDone whether the service refreshes once before the time to the kill starts */
  async function killAtWork(afterMs: number, isFirstDone: boolean): Promise<void> {
    const service = await startProcess(options());
    const refresh = () => service.as('POST', '/api/license/refresh').catch(() => undefined);
    if (isFirstDone) await refresh();
    const ended = service.end('SIGKILL', afterMs);
    for (let asked = 0; asked < refreshesPerLife; asked += 1) {
      if ((await refresh()) === undefined) break;
    }
    await ended;
  }

  it(
    `has its license and every event after each of ${kills} kills at random moments`,
    async () => {
      const register = await connectRegister(nats);
      const first = await startProcess(options());
      await first.acquire(mock);
      await first.end('SIGKILL');
      let known: readonly string[] = (await examine()).eventIds;

      for (let kill = 1; kill <= kills; kill += 1) {
        const isAtStart = kill % 3 === 0;
        const killAfterMs = Math.random() * (isAtStart ? maxStartMs : maxWorkMs);
        await (isAtStart ? killAtStart(killAfterMs) : killAtWork(killAfterMs, kill % 3 === 1));
        const found = await examine();
        const where = `kill ${kill}, ${Math.round(killAfterMs)} ms ${isAtStart ? 'into the start' : 'into its work'}`;
        expect(found.integrity, where).toBe('ok');
        expect(found.state.license, where).not.toBeNull();
        expect(found.state.reauthorizationRequired, where).toBe(false);
        expect(found.hasSecrets, where).toBe(true);
        // A later kill never loses what was committed.
        expect(found.eventIds.slice(0, known.length), where).toEqual(known);
        known = found.eventIds;
      }

      const last = await startProcess(options());
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
      expect(eventIds.length).toBeGreaterThan(kills / 3);
      expect(eventIds.length).toBeLessThan(1000);
      // The stream stores an id once, even if it was published again after a kill.
      const stream = await readStream(nats);
      const publishedIds = stream.map(({ event }) => event.id);
      expect(publishedIds).toEqual(eventIds.slice(0, publishedIds.length));
      // Events that were committed during the stop wait for the next start.
      expect(waitingIds).toEqual(expect.arrayContaining(eventIds.slice(publishedIds.length)));
      const sequences = stream.map(({ event }) => event.sequence);
      expect(sequences).toEqual([...new Set(sequences)].toSorted());
      expect([...new Set(register.events.map(({ event }) => event.id))]).toEqual(publishedIds);
      await register.close();
      expect(mockLog.filter((line) => /replayed|family is ended/.test(line))).toEqual([]);
      reportFigure(
        'R1',
        `${kills} kills survived on ${databaseName}, ${eventIds.length} events, each in the stream once`,
      );
    },
    attemptsTimeoutMs,
  );
});
