import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { databaseName, isOnPostgres } from './support/create-database.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { expectOrderlyStop } from './support/expect-orderly-stop.js';
import { type Party, startSurroundings } from './support/frozen-party.js';
import { readStream } from './support/read-stream.js';
import { reportFigure } from './support/report-figure.js';
import { runProcess, startProcess, type TestProcess } from './support/start-process.js';

type Surroundings = Awaited<ReturnType<typeof startSurroundings>>;

const phases = ['start', 'idle', 'refresh', 'publish', 'stop'] as const;
type Phase = (typeof phases)[number];

/** The parties without which a request fails. */
const failsWithout: Record<'health' | 'refresh' | 'removal', readonly Party[]> = {
  health: ['database'],
  refresh: ['database', 'Authorization server', 'proxy'],
  // The grant is revoked later.
  removal: ['database'],
};

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
async function expectAnswers(service: TestProcess, party: Party): Promise<void> {
  const ask = async (path: string): Promise<number> =>
    (await fetch(new URL(path, service.url), { signal: AbortSignal.timeout(maxMs.answer) })).status;
  const answers = await Promise.all(['/health', '/health/live', '/metrics', '/'].map(ask));
  expect(answers).toEqual([failsWithout.health.includes(party) ? 503 : 200, 200, 200, 200]);
}

const refresh = (service: TestProcess) => service.as('POST', '/api/license/refresh');
const remove = (service: TestProcess) => service.as('DELETE', '/api/license');

/** Awaits the answer to a request that changes the license. */
async function expectStatus(request: () => Promise<Response>, status: number): Promise<void> {
  const tookMs = await measure(async () => {
    expect((await request()).status).toBe(status);
  });
  expect(tookMs).toBeLessThan(maxMs.refresh);
}

const whileFrozen: Record<
  Exclude<Phase, 'start'>,
  (service: TestProcess, around: Surroundings, party: Party, test: TestContext) => Promise<void>
> = {
  idle: (service, _around, party) => expectAnswers(service, party),
  refresh: (service, _around, party) =>
    expectStatus(() => refresh(service), failsWithout.refresh.includes(party) ? 503 : 200),
  async publish(service, { nats }, party, test) {
    await expectStatus(() => remove(service), failsWithout.removal.includes(party) ? 503 : 204);
    if (party === 'broker' || party === 'database') return;
    const lastReason = async () => (await readStream(nats)).at(-1)?.event.data['reason'];
    await test.expect.poll(lastReason, { timeout: maxMs.answer }).toBe('removed');
  },
  async stop(service, { untilHeld }, party) {
    const held = untilHeld();
    const answered = refresh(service).catch(() => undefined);
    // The request, or an event that it causes, waits for the party while the signal arrives.
    if (!failsWithout.refresh.includes(party)) await answered;
    await held;
  },
};

/** A service without its database ends, and whatever started it starts it again. */
async function expectNoStart({ options }: Surroundings): Promise<void> {
  const { exitCode, output } = await runProcess(options);
  const endedAt = Date.now();
  expect({ exitCode, output }).toEqual({ exitCode: 1, output: expect.stringMatching(/cannot be used/) });
  // Without the time in which its modules load.
  const { timestamp } = JSON.parse(output.slice(0, output.indexOf('\n'))) as { timestamp: string };
  expect(endedAt - Date.parse(timestamp)).toBeLessThan(maxMs.connect);
}

async function givenLicensed(service: TestProcess, { mock }: Surroundings, party: Party, test: TestContext) {
  await service.acquire(mock);
  const readBrokerHealth = async () => {
    const health = await (await fetch(new URL('/health', service.url))).json();
    return (health as { details: { nats: { eventsWaiting: number; hub?: { eventsWaiting: number } } } })
      .details.nats;
  };
  await test.expect.poll(readBrokerHealth, { timeout: 20_000 }).toMatchObject({
    eventsWaiting: 0,
    ...(party === 'hub' && { hub: { connected: true, eventsWaiting: 0 } }),
  });
}

async function expectStop(service: TestProcess, party: Party): Promise<void> {
  if (party !== 'database') return expectOrderlyStop(service);
  let ended = { exitCode: null as number | null, output: '' };
  const tookMs = await measure(async () => {
    ended = await service.end('SIGTERM');
  });
  expect(tookMs).toBeLessThan(maxMs.stop);
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
        await expectAnswers(service, party);
      } else {
        await givenLicensed(service, around, party, test);
        around.freeze();
        await whileFrozen[phase](service, around, party, test);
      }
      await expectStop(service, party);
    });
  },
);
