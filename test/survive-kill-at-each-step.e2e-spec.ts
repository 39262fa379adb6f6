import { randomInt } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, isOnPostgres } from './support/create-database.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { examineDatabase } from './support/examine-database.js';
import { readStream } from './support/read-stream.js';
import { reportFigure } from './support/report-figure.js';
import type { LicenseJson } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { runProcess, startProcess, type TestProcess } from './support/start-process.js';

/** `KILL_STEPS=all` for the long form; else one step of so many. */
const stride = process.env['KILL_STEPS'] === 'all' ? 1 : isOnPostgres ? 24 : 12;
/** More than anything takes. */
const mostSteps = 400;
const timeoutMs = 3_600_000;
/** What a request sets off comes soon after its answer, see kill-at-step.mjs. */
const settleMs = 350;
const preload = `--import ${pathToFileURL(join(import.meta.dirname, 'support/kill-at-step.mjs')).href}`;
const database = isOnPostgres ? 'PostgreSQL' : 'SQLite';

/** Where a use case is struck. */
interface Strike {
  readonly of: string;
  readonly step: number;
}

const killAt = (strike: Strike) => ({ NODE_OPTIONS: preload, KILL_AT_STEP: JSON.stringify(strike) });

/** Runs a trial at one step after the other, until one comes to none. Resolves to how many were struck. */
async function forEachStep(trial: (step: number) => Promise<boolean>): Promise<number> {
  let kills = 0;
  for (let step = randomInt(stride) + 1; step <= mostSteps; step += stride) {
    if (!(await trial(step))) return kills;
    kills += 1;
  }
  throw new Error(`There is no end after ${mostSteps} steps.`);
}

describe('a first start that is killed', () => {
  it(
    'is made up for by the next one, wherever that was, and leaves nothing half-done',
    async () => {
      await ensureBuilt();
      const kills = await forEachStep(async (step) => {
        const folder = await mkdtemp(join(tmpdir(), 'kill-at-step-'));
        const dataDir = join(folder, 'data');
        const databaseUrl = isOnPostgres ? await createDatabase() : undefined;
        const environment = { ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }) };
        try {
          const first = await runUntilKilled({ of: 'start', step }, { dataDir, environment });
          const next = await startProcess({ dataDir, environment });
          const where = `step ${step}: ${first}`;
          expect(await next.view(), where).toMatchObject({ status: 'unlicensed' });
          await next.end('SIGTERM');
          expect(
            (await readdir(dataDir)).filter((name) => /draft|tmp/.test(name)),
            where,
          ).toEqual([]);
          return first !== null;
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      });
      reportFigure('R1', `a first start killed at ${kills} steps on ${database}`);
      expect(kills).toBeGreaterThan(1);
    },
    timeoutMs,
  );
});

type Place = Parameters<typeof runProcess>[0];

/** Starts a service that dies at a step; resolves to which one that was, or to null if it came to listen before. */
async function runUntilKilled(strike: Strike, place: Place): Promise<string | null> {
  const options = { ...place, environment: { ...place?.environment, ...killAt(strike) } };
  const service = await startProcess(options).catch((error: unknown) => String(error));
  if (typeof service !== 'string') {
    await service.end('SIGKILL');
    return null;
  }
  const [struck] = /Killed before step .*/.exec(service) ?? [];
  if (struck === undefined) throw new Error(`It ended by itself: ${service}`);
  return struck;
}

interface UseCase {
  readonly request: string;
  /** Brings the service to where the use case begins, wherever the last trial has left it. */
  readonly prepare: (service: TestProcess) => Promise<void>;
}

/** A refresh that was cut off never costs the license, and time does not go back. */
function expectAfterKill(request: string, before: LicenseJson, after: LicenseJson): void {
  expect(Number(after.sequence)).toBeGreaterThanOrEqual(Number(before.sequence));
  expect(after.reauthorizationRequired).toBe(false);
  if (request.endsWith('refresh')) expect(after.status).toBe('licensed');
}

async function ask(service: TestProcess, request: string): Promise<Response> {
  const [method = '', path = ''] = request.split(' ');
  const answer = await service.as(method, path);
  expect({ request, status: answer.status }).toEqual({ request, status: expect.toSatisfy(isGood) });
  return answer;
}

async function beUnlicensed(service: TestProcess): Promise<void> {
  await ask(service, 'DELETE /api/license');
  await ask(service, 'DELETE /api/license/authorization');
}

const isGood = (status: number) => status < 300;

describe('a use case that is killed', () => {
  let mock: TestMock;
  let nats: TestNats;
  let folder: string;
  let databaseUrl: string | undefined;
  let known: readonly string[] = [];
  const mockLog: string[] = [];

  beforeAll(async () => {
    await ensureBuilt();
    folder = await mkdtemp(join(tmpdir(), 'kill-at-step-'));
    if (isOnPostgres) databaseUrl = await createDatabase();
    [mock, nats] = await Promise.all([startMock({ log: (line) => mockLog.push(line) }), startNats()]);
  }, buildTimeoutMs);

  afterAll(async () => {
    await Promise.all([mock.stop(), nats.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  const dataDir = () => join(folder, 'data');
  const start = (environment: Record<string, string> = {}) =>
    startProcess({
      mock,
      nats,
      dataDir: dataDir(),
      environment: { ...environment, ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }) },
    });

  async function beLicensed(service: TestProcess): Promise<void> {
    const { status, reauthorizationRequired } = await service.view();
    if (status === 'licensed' && !reauthorizationRequired) return;
    expect(await service.acquire(mock)).toMatchObject({ status: 'licensed' });
  }

  const useCases: readonly UseCase[] = [
    { request: 'POST /api/license/authorization', prepare: beUnlicensed },
    {
      request: 'DELETE /api/license/authorization',
      prepare: async (service) => {
        await ask(service, 'DELETE /api/license');
        await ask(service, 'POST /api/license/authorization');
      },
    },
    {
      request: 'POST /api/license/authorization/complete',
      prepare: async (service) => {
        await beUnlicensed(service);
        const next = await ask(service, 'POST /api/license/authorization');
        await mock.approve(((await next.json()) as { userCode: string }).userCode);
      },
    },
    { request: 'POST /api/license/refresh', prepare: beLicensed },
    { request: 'DELETE /api/license', prepare: beLicensed },
  ];

  /** Whatever is struck, what was committed stays, and nothing is half there. */
  async function expectWhole(where: string): Promise<void> {
    const { integrity, state, hasSecrets, eventIds } = await examineDatabase(dataDir(), databaseUrl);
    expect(integrity, where).toBe('ok');
    expect(hasSecrets, where).toBe(!!state.license);
    expect(eventIds.slice(0, known.length), where).toEqual(known);
    known = eventIds;
  }

  it.each(useCases)(
    'is done or not done, whichever its last step, and can be done after it: $request',
    async ({ request, prepare }) => {
      let before: LicenseJson | undefined;
      const kills = await forEachStep(async (step) => {
        const service = await start(killAt({ of: request, step }));
        if (before !== undefined) expectAfterKill(request, before, await service.view());
        await prepare(service);
        before = await service.view();
        const isDone = await ask(service, request).then(
          () => true,
          () => false,
        );
        await sleep(settleMs);
        const { output } = await service.end('SIGKILL');
        const [struck] = /Killed before step .*/.exec(output) ?? [];
        await expectWhole(struck ?? `after all ${step} steps`);
        if (struck === undefined) expect(isDone).toBe(true);
        return struck !== undefined;
      });
      reportFigure('R1', `${request} killed at ${kills} steps on ${database}`);
      expect(kills).toBeGreaterThan(0);
    },
    timeoutMs,
  );

  it('has published each event once, in its order, and never used a refresh token again', async () => {
    const last = await start();
    expect(await last.view()).toMatchObject({ status: 'unlicensed' });
    await last.end('SIGTERM');
    const { eventIds, waitingIds } = await examineDatabase(dataDir(), databaseUrl);
    const toldIds = (await readStream(nats)).map(({ event }) => event.id);
    expect([...toldIds, ...waitingIds]).toEqual(eventIds);
    expect(eventIds.length).toBeGreaterThan(useCases.length);
    expect(mockLog.filter((line) => /replayed|family is ended/.test(line))).toEqual([]);
  });
});
