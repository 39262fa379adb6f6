import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { databaseName, isOnPostgres } from './support/create-database.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { type Party, startSurroundings } from './support/frozen-party.js';
import { readStream } from './support/read-stream.js';
import { reportFigure } from './support/report-figure.js';
import { runProcess, startProcess, type TestProcess } from './support/start-process.js';

type Surroundings = Awaited<ReturnType<typeof startSurroundings>>;

const phases = ['start', 'idle', 'refresh', 'publish', 'stop'] as const;
type Phase = (typeof phases)[number];

/** The limits of the service, with the time that a loaded machine adds. */
const maxMs = { connect: 15_000, answer: 5000, refresh: 15_000, stop: 10_000 };

/** The cells of the quick form: for each party what waits for it longest. `FREEZES=all` runs every cell. */
const quickCells: readonly (readonly [Party, Phase])[] = [
  ['broker', 'start'],
  ['broker', 'publish'],
  ['hub', 'stop'],
  ['Authorization server', 'stop'],
  ['proxy', 'stop'],
  ['log reader', 'idle'],
  ['database', 'stop'],
];
const parties: Party[] = ['broker', 'hub', 'database', 'Authorization server', 'proxy', 'log reader'];
const allCells = parties.flatMap((party) => phases.map((phase) => [party, phase] as const));
const cells = (process.env['FREEZES'] === 'all' ? allCells : quickCells).filter(
  ([party]) => (party === 'database') === isOnPostgres,
);

/** For a cell on a loaded machine, with its start, two waits and a stop. */
const cellTimeoutMs = 150_000;

/** Resolves to how long `work` took. */
async function measure(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Asks for the state of the service while the party is silent. */
async function expectAnswers(service: TestProcess): Promise<void> {
  const ask = async (path: string): Promise<number> =>
    (await fetch(new URL(path, service.url), { signal: AbortSignal.timeout(maxMs.answer) })).status;
  const [health, live, metrics, page] = await Promise.all(
    ['/health', '/health/live', '/metrics', '/'].map(ask),
  );
  expect([200, 503]).toContain(health);
  expect([live, metrics, page]).toEqual([200, 200, 200]);
}

/** Sends a request that changes the license. A party that it needs makes it fail, but within the limit. */
async function expectOutcome(service: TestProcess, method: string, path: string): Promise<void> {
  const tookMs = await measure(async () => {
    expect([200, 204, 503]).toContain((await service.as(method, path)).status);
  });
  expect(tookMs).toBeLessThan(maxMs.refresh);
}

const act: Record<
  Exclude<Phase, 'start'>,
  (service: TestProcess, around: Surroundings, party: Party, test: TestContext) => Promise<void>
> = {
  idle: (service) => expectAnswers(service),
  refresh: (service) => expectOutcome(service, 'POST', '/api/license/refresh'),
  async publish(service, { nats }, party, test) {
    await expectOutcome(service, 'DELETE', '/api/license');
    if (party === 'broker' || party === 'database') return;
    const lastReason = async () => (await readStream(nats)).at(-1)?.event.data['reason'];
    await test.expect.poll(lastReason, { timeout: maxMs.answer }).toBe('removed');
  },
  async stop(service) {
    // Waits for the party while the signal arrives.
    void service.as('POST', '/api/license/refresh').catch(() => undefined);
  },
};

/** A service without its database ends, and whatever started it starts it again. */
async function expectNoStart({ options }: Surroundings): Promise<void> {
  const { exitCode, output } = await runProcess(options);
  const endedAt = Date.now();
  expect({ exitCode, output }).toEqual({ exitCode: 1, output: expect.stringMatching(/cannot be used/) });
  // Without the time in which its modules load.
  const { timestamp } = JSON.parse(output.slice(0, output.indexOf('\n'))) as { timestamp: number };
  expect(endedAt - timestamp).toBeLessThan(maxMs.connect);
}

async function givenLicensed(service: TestProcess, { mock }: Surroundings, party: Party, test: TestContext) {
  await service.acquire(mock);
  const isPublished = async () => {
    const health = await (await fetch(new URL('/health', service.url))).json();
    return (health as { details: { nats: { eventsWaiting: number; hub?: { eventsWaiting: number } } } })
      .details.nats;
  };
  await test.expect.poll(isPublished, { timeout: 20_000 }).toMatchObject({
    eventsWaiting: 0,
    ...(party === 'hub' && { hub: { connected: true, eventsWaiting: 0 } }),
  });
}

async function expectStop(service: TestProcess, party: Party): Promise<void> {
  let ended = { exitCode: null as number | null, output: '' };
  const tookMs = await measure(async () => {
    ended = await service.end('SIGTERM');
  });
  expect(tookMs).toBeLessThan(maxMs.stop);
  if (party !== 'database') return expect(ended.exitCode, ended.output).toBe(0);
  expect(ended).toMatchObject({
    exitCode: 1,
    output: expect.stringMatching(/Shutdown took longer than 9 s\. Still open: [^"]*the (lease|database)/),
  });
}

describe.concurrent(
  'a party that falls silent while its connections stay open',
  { timeout: cellTimeoutMs },
  () => {
    beforeAll(async () => {
      // Each process of a test has a listener.
      process.setMaxListeners(50);
      await ensureBuilt();
    }, buildTimeoutMs);

    afterAll(() =>
      reportFigure('R20', `${cells.length} pairs of a frozen party and a phase on ${databaseName}`),
    );

    it.for(cells)('holds up nothing beyond its limit: %s, at %s', async ([party, phase], test) => {
      const around = await startSurroundings(party);
      test.onTestFinished(around.close);
      if (phase === 'start') around.freeze();
      if (phase === 'start' && party === 'database') return expectNoStart(around);
      const service = await startProcess(around.options);
      test.onTestFinished(() => service.remove());
      if (phase === 'start') {
        await expectAnswers(service);
      } else {
        await givenLicensed(service, around, party, test);
        around.freeze();
        await act[phase](service, around, party, test);
      }
      await expectStop(service, party);
    });
  },
);
