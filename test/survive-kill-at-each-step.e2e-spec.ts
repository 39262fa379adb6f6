import { randomInt } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDatabase, databaseName, isOnPostgres } from './support/create-database.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { examineDatabase } from './support/examine-database.js';
import { authorizationPath } from './support/license-requests.js';
import { readStream } from './support/read-stream.js';
import { reportFigure } from './support/report-figure.js';
import type { LicenseJson } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { runProcess, startProcess, type TestProcess } from './support/start-process.js';

/** `KILL_STEPS=all` for the long form; else two steps of each, other ones in each run. */
const isLong = process.env['KILL_STEPS'] === 'all';
/** More than anything takes, and fewer. */
const maxSteps = 400;
const fewestSteps = 8;
const usualSteps = 48;
const timeoutMs = 3_600_000;
/** What a request sets off comes soon after its answer, see kill-at-step.mjs. */
const hasSettled = /Killed before step|Not killed in/;
const preload = `--import ${pathToFileURL(join(import.meta.dirname, 'support/kill-at-step.mjs')).href}`;

/** What was killed, and at how many steps. */
const killed = new Map<string, number>();

afterAll(() => {
  const sum = [...killed.values()].reduce((total, kills) => total + kills, 0);
  const each = [...killed].map(([what, kills]) => `${what} ${kills}`).join(', ');
  reportFigure('R1', `${sum} kills at a step on ${databaseName} (${each})`);
});

/** Where a use case is struck. */
interface Strike {
  readonly of: string;
  readonly step: number;
}

const killAt = (strike: Strike) => ({ NODE_OPTIONS: preload, KILL_AT_STEP: JSON.stringify(strike) });

/** One that everything comes to, and one that most does. */
const chooseTwo = () => [randomInt(1, fewestSteps + 1), randomInt(fewestSteps + 1, usualSteps + 1)];

/** Runs a trial at one step after the other, until one comes to none. Resolves to how many were struck. */
async function forEachStep(attempt: (step: number) => Promise<boolean>): Promise<number> {
  let kills = 0;
  for (const step of isLong ? Array.from({ length: maxSteps }, (_, index) => index + 1) : chooseTwo()) {
    if (!(await attempt(step))) return kills;
    kills += 1;
  }
  if (isLong) throw new Error(`There is no end after ${maxSteps} steps.`);
  return kills;
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
      killed.set('a first start', kills);
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
  readonly name: string;
  readonly request: string;
  /** Brings the service to where the use case begins, wherever the last trial has left it. */
  readonly prepare: (service: TestProcess) => Promise<void>;
  /** Sees to it that what was answered has happened. */
  readonly expectDone: (service: TestProcess, answer: Response) => Promise<void>;
  /** How it is asked for again; default: as before, with success. */
  readonly redo?: (service: TestProcess, request: string) => Promise<unknown>;
}

/** What a trial has left. */
interface Left {
  readonly before: LicenseJson;
  /** Undefined: none came. */
  readonly answer: Response | undefined;
}

/** The token of the answer is there, or a newer one. */
async function expectToken(service: TestProcess, answer: Response): Promise<void> {
  const { token: answered } = (await answer.json()) as LicenseJson;
  const { status, token } = await service.view();
  expect(status).toBe('licensed');
  expect(Date.parse(String(token.expiresAt))).toBeGreaterThanOrEqual(Date.parse(String(answered.expiresAt)));
}

/** A device code works once (RFC 8628 section 3.5): where its answer was lost with the process, it is spent. */
async function completeOrHearWhy(service: TestProcess): Promise<void> {
  const answer = await service.as('POST', `${authorizationPath}/complete`);
  if (answer.status === 200) return;
  expect(await answer.text()).toContain('start a new authorization');
}

async function ask(service: TestProcess, request: string): Promise<Response> {
  const [method = '', path = ''] = request.split(' ');
  const answer = await service.as(method, path);
  expect({ request, status: answer.status }).toEqual({ request, status: expect.toSatisfy(isGood) });
  return answer;
}

async function beUnlicensed(service: TestProcess): Promise<void> {
  await ask(service, 'DELETE /api/license');
  await ask(service, `DELETE ${authorizationPath}`);
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

  async function givenLicensed(service: TestProcess): Promise<void> {
    const { status, reauthorizationRequired } = await service.view();
    if (status === 'licensed' && !reauthorizationRequired) return;
    expect(await service.acquire(mock)).toMatchObject({ status: 'licensed' });
  }

  const useCases: readonly UseCase[] = [
    {
      name: 'Next',
      request: `POST ${authorizationPath}`,
      prepare: beUnlicensed,
      expectDone: async (service, answer) => {
        const { userCode } = (await answer.json()) as { userCode: string };
        expect(await (await ask(service, `GET ${authorizationPath}`)).json()).toMatchObject({ userCode });
      },
    },
    {
      name: 'cancelling',
      request: `DELETE ${authorizationPath}`,
      prepare: async (service) => {
        await ask(service, 'DELETE /api/license');
        await ask(service, `POST ${authorizationPath}`);
      },
      expectDone: async (service) => {
        expect((await service.as('GET', authorizationPath)).status).toBe(404);
      },
    },
    {
      name: 'Complete',
      request: `POST ${authorizationPath}/complete`,
      prepare: async (service) => {
        await beUnlicensed(service);
        const next = await ask(service, `POST ${authorizationPath}`);
        await mock.approve(((await next.json()) as { userCode: string }).userCode);
      },
      expectDone: expectToken,
      redo: completeOrHearWhy,
    },
    {
      name: 'refresh',
      request: 'POST /api/license/refresh',
      prepare: givenLicensed,
      expectDone: expectToken,
    },
    {
      name: 'remove',
      request: 'DELETE /api/license',
      prepare: givenLicensed,
      expectDone: async (service) => {
        expect((await service.view()).status).toBe('unlicensed');
      },
    },
  ];

  /** Whatever is struck, what was committed stays, and nothing is half there. */
  async function expectWhole(where: string): Promise<void> {
    const { integrity, state, hasSecrets, eventIds } = await examineDatabase(dataDir(), databaseUrl);
    expect(integrity, where).toBe('ok');
    expect(hasSecrets, where).toBe(!!state.license);
    expect(eventIds.slice(0, known.length), where).toEqual(known);
    known = eventIds;
  }

  /** What was answered has happened, and time has not gone back; what was not answered can be asked for again. */
  async function expectSurvived(service: TestProcess, { request, expectDone, redo }: UseCase, left: Left) {
    const after = await service.view();
    expect(Number(after.sequence)).toBeGreaterThanOrEqual(Number(left.before.sequence));
    expect(after.reauthorizationRequired).toBe(false);
    if (request.endsWith('refresh')) expect(after.status).toBe('licensed');
    if (left.answer !== undefined) await expectDone(service, left.answer);
    await (redo ?? ask)(service, request);
  }

  it.each(useCases)(
    'is done or not done, whichever its last step, and can be done after it: $request',
    async (useCase) => {
      const request = `${useCase.request}?struck`;
      let left: Left | undefined;
      const kills = await forEachStep(async (step) => {
        const service = await start(killAt({ of: request, step }));
        if (left !== undefined) await expectSurvived(service, useCase, left);
        await useCase.prepare(service);
        const before = await service.view();
        const answer = await ask(service, request).catch(() => undefined);
        left = { before, answer };
        await vi.waitUntil(() => hasSettled.test(service.output()), { timeout: 30_000 });
        const { output } = await service.end('SIGKILL');
        const [struck] = /Killed before step .*/.exec(output) ?? [];
        await expectWhole(struck ?? `after all ${step} steps`);
        if (struck === undefined) expect(answer).toBeDefined();
        return struck !== undefined;
      });
      const last = await start();
      if (left !== undefined) await expectSurvived(last, useCase, left);
      await last.end('SIGKILL');
      killed.set(useCase.name, kills);
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
