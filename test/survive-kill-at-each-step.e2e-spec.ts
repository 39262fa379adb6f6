import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDatabase, databaseName, isOnPostgres } from './support/create-database.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { examineDatabase } from './support/examine-database.js';
import { chooseInt } from './support/fuzz-run.js';
import { authorizationPath } from './support/license-requests.js';
import { readStream } from './support/read-stream.js';
import { reportFigure } from './support/report-figure.js';
import type { LicenseJson } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { runProcess, startProcess, type TestProcess } from './support/start-process.js';

/** `KILL_STEPS=all` runs the long form. Otherwise each case is killed once, at a random step. */
const isLong = process.env['KILL_STEPS'] === 'all';
/** More steps than any case has. */
const maxSteps = 400;
/** A step that a first start always reaches. */
const stepsOfStart = 72;
const timeoutMs = 3_600_000;
/** The background work of a request runs soon after its answer: see kill-at-step.mjs. */
const hasSettled = /Killed before step|Not killed in/;
const preload = `--import ${pathToFileURL(join(import.meta.dirname, 'support/kill-at-step.mjs')).href}`;

/** The number of kills by case. */
const killed = new Map<string, number>();

afterAll(() => {
  const sum = [...killed.values()].reduce((total, kills) => total + kills, 0);
  const each = [...killed].map(([what, kills]) => `${what} ${kills}`).join(', ');
  reportFigure('R1', `${sum} kills at a step on ${databaseName} (${each})`);
});

/** The step of a use case at which the process is killed. */
interface KillPoint {
  readonly of: string;
  readonly step: number;
}

const killAt = (point: KillPoint) => ({ NODE_OPTIONS: preload, KILL_AT_STEP: JSON.stringify(point) });

/** Runs an attempt at each step until a step is not reached, or only at `step`. Resolves to the number of kills. */
async function forEachStep(step: number, attempt: (step: number) => Promise<boolean>): Promise<number> {
  if (!isLong) return Number(await attempt(step));
  let kills = 0;
  for (let each = 1; each <= maxSteps; each += 1) {
    if (!(await attempt(each))) return kills;
    kills += 1;
  }
  throw new Error(`The case has more than ${maxSteps} steps.`);
}

describe('a first start that is killed', () => {
  it(
    'is completed by the next one, whichever step was killed, and leaves no half-done work',
    async () => {
      await ensureBuilt();
      const kills = await forEachStep(chooseInt('a first start', 1, stepsOfStart + 1), async (step) => {
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
      expect(kills).toBeGreaterThan(0);
    },
    timeoutMs,
  );
});

type Place = Parameters<typeof runProcess>[0];

/** Starts a service that is killed at a step. Resolves to that step, or to `null` if the service listened before it. */
async function runUntilKilled(point: KillPoint, place: Place): Promise<string | null> {
  const options = { ...place, environment: { ...place?.environment, ...killAt(point) } };
  const service = await startProcess(options).catch((error: unknown) => String(error));
  if (typeof service !== 'string') {
    await service.end('SIGKILL');
    return null;
  }
  const [killedStep] = /Killed before step .*/.exec(service) ?? [];
  if (killedStep === undefined) throw new Error(`The service was not killed, but ended: ${service}`);
  return killedStep;
}

interface UseCase {
  readonly name: string;
  readonly request: string;
  /** A step that it always reaches. */
  readonly steps: number;
  /** Brings the service to the start of the use case from the state after any attempt. */
  readonly prepare: (service: TestProcess) => Promise<void>;
  /** Checks that the answered request has taken effect. */
  readonly expectDone: (service: TestProcess, answer: Response) => Promise<void>;
  /** Repeats the request. The default sends it again and expects success. */
  readonly redo?: (service: TestProcess, request: string) => Promise<unknown>;
}

/** The result of an attempt. */
interface Left {
  readonly before: LicenseJson;
  /** `undefined` if no answer arrived. */
  readonly answer: Response | undefined;
}

/** Checks that the token is that of the answer or a newer one. */
async function expectToken(service: TestProcess, answer: Response): Promise<void> {
  const { token: answered } = (await answer.json()) as LicenseJson;
  const { status, token } = await service.view();
  expect(status).toBe('licensed');
  expect(Date.parse(String(token.expiresAt))).toBeGreaterThanOrEqual(Date.parse(String(answered.expiresAt)));
}

/** A device code works once (RFC 8628 section 3.5): if its answer was lost with the process, the code is used up. */
async function completeOrExpectReason(service: TestProcess): Promise<void> {
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

async function givenUnlicensed(service: TestProcess): Promise<void> {
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
  /** The service that the case before has started, with the step of the next case. */
  let armed: { readonly service: TestProcess; readonly step: number } | undefined;

  beforeAll(async () => {
    await ensureBuilt();
    folder = await mkdtemp(join(tmpdir(), 'kill-at-step-'));
    if (isOnPostgres) databaseUrl = await createDatabase();
    // The service itself polls after the interval: by then, a slow machine must have sent the request to kill.
    const options = { pollIntervalSeconds: 5, log: (line: string) => mockLog.push(line) };
    [mock, nats] = await Promise.all([startMock(options), startNats()]);
  }, buildTimeoutMs);

  afterAll(async () => {
    await armed?.service.end('SIGKILL');
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
      steps: 12,
      prepare: givenUnlicensed,
      expectDone: async (service, answer) => {
        const { userCode } = (await answer.json()) as { userCode: string };
        expect(await (await ask(service, `GET ${authorizationPath}`)).json()).toMatchObject({ userCode });
      },
    },
    {
      name: 'canceling',
      request: `DELETE ${authorizationPath}`,
      steps: 8,
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
      steps: 32,
      prepare: async (service) => {
        await givenUnlicensed(service);
        const next = await ask(service, `POST ${authorizationPath}`);
        await mock.approve(((await next.json()) as { userCode: string }).userCode);
      },
      expectDone: expectToken,
      redo: completeOrExpectReason,
    },
    {
      name: 'refresh',
      request: 'POST /api/license/refresh',
      steps: 28,
      prepare: givenLicensed,
      expectDone: expectToken,
    },
    {
      name: 'remove',
      request: 'DELETE /api/license',
      steps: 12,
      prepare: givenLicensed,
      expectDone: async (service) => {
        expect((await service.view()).status).toBe('unlicensed');
      },
    },
  ];

  /** Checks that committed data stays and that no change is half done. */
  async function expectWhole(where: string): Promise<void> {
    const { integrity, state, hasSecrets, eventIds } = await examineDatabase(dataDir(), databaseUrl);
    expect(integrity, where).toBe('ok');
    expect(hasSecrets, where).toBe(!!state.license);
    expect(eventIds.slice(0, known.length), where).toEqual(known);
    known = eventIds;
  }

  /**
   * Checks that an answered request has taken effect and that the state is not older. An unanswered request can be sent
   * again.
   */
  async function expectSurvived(service: TestProcess, { request, expectDone, redo }: UseCase, left: Left) {
    const after = await service.view();
    expect(Number(after.sequence)).toBeGreaterThanOrEqual(Number(left.before.sequence));
    expect(after.reauthorizationRequired).toBe(false);
    if (request.endsWith('refresh')) expect(after.status).toBe('licensed');
    if (left.answer !== undefined) await expectDone(service, left.answer);
    await (redo ?? ask)(service, request);
  }

  const startFor = async ({ request, steps }: UseCase, step = chooseInt(request, 1, steps + 1)) => ({
    service: await start(killAt({ of: `${request}?killed`, step })),
    step,
  });

  it.each(useCases)(
    'is either done or not done whichever step it is killed at, and can be done afterwards: $request',
    async (useCase) => {
      const request = `${useCase.request}?killed`;
      let left: Left | undefined;
      const first = isLong ? undefined : (armed ?? (await startFor(useCase)));
      armed = undefined;
      const kills = await forEachStep(first?.step ?? 1, async (step) => {
        const { service } = first ?? (await startFor(useCase, step));
        if (left !== undefined) await expectSurvived(service, useCase, left);
        await useCase.prepare(service);
        const before = await service.view();
        const answer = await ask(service, request).catch(() => undefined);
        left = { before, answer };
        await vi.waitUntil(() => hasSettled.test(service.output()), { timeout: 30_000 });
        const { output } = await service.end('SIGKILL');
        const [killedStep] = /Killed before step .*/.exec(output) ?? [];
        await expectWhole(killedStep ?? `after all ${step} steps`);
        if (killedStep === undefined) expect(answer).toBeDefined();
        return killedStep !== undefined;
      });
      const following = useCases[useCases.indexOf(useCase) + 1];
      const last = following ? await startFor(following) : { service: await start(), step: 0 };
      if (left !== undefined) await expectSurvived(last.service, useCase, left);
      if (isLong) await last.service.end('SIGKILL');
      else armed = last;
      killed.set(useCase.name, kills);
      expect(kills).toBeGreaterThan(0);
    },
    timeoutMs,
  );

  it('has published each event once and in order, and has never used a refresh token twice', async () => {
    const last = armed?.service ?? (await start());
    expect(await last.view()).toMatchObject({ status: 'unlicensed' });
    await last.end('SIGTERM');
    const { eventIds, waitingIds } = await examineDatabase(dataDir(), databaseUrl);
    const publishedIds = (await readStream(nats)).map(({ event }) => event.id);
    expect([...publishedIds, ...waitingIds]).toEqual(eventIds);
    // At least one license was acquired, refreshed and removed.
    expect(eventIds.length).toBeGreaterThanOrEqual(3);
    expect(mockLog.filter((line) => /replayed|family is ended/.test(line))).toEqual([]);
  });
});
