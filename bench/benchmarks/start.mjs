import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { cpuTimeMicros } from '../harness/cpu-time.mjs';
import { residentMemoryMiB } from '../harness/resident-memory.mjs';
import { startBaseline } from '../fixtures/start-baseline.mjs';
import { startService } from '../fixtures/start-service.mjs';
import { provideNode } from '../../scripts/nodes/provide-node.mjs';

const settleMs = 1_500;

const figures = { ready: 'ms', cpu: 'ms CPU', memory: 'MiB' };
const how =
  'From the start of the process until it answers, on an existing data folder, with a broker and an Authorization ' +
  'server; then the resident memory 1.5 s later. Baseline: an empty Nest application with the same adapter, TypeORM and ' +
  'SQLite.';

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const start = {
  name: 'start',
  title: 'Start to ready, and memory',
  how,
  figures,
  targets: [
    { kind: 'ratio', ours: 'service', other: 'empty Nest', figure: 'ready', atMost: 1.25 },
    { kind: 'ratio', ours: 'service', other: 'empty Nest', figure: 'memory', atMost: 1.2 },
  ],
  prepare: (fixtures) => prepareStarts(fixtures),
};

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const startAsInImage = {
  name: 'start-as-in-image',
  title: 'Start to ready as in the image',
  how: `${how} Both on Node 24 with its compile cache, as in the image.`,
  figures,
  // Seven rounds gave 0.92 to 1.13 for the same code.
  rounds: 15,
  targets: [{ kind: 'ratio', ours: 'service', other: 'empty Nest', figure: 'ready', atMost: 1 }],
  async prepare(fixtures) {
    const node = join(await provideNode('24'), 'bin/node');
    return prepareStarts(fixtures, { node, cache: fixtures.newFolder('compiled') });
  },
};

/**
 * @param {import('../fixtures/fixtures.mjs').Fixtures} fixtures
 * @param {{ node: string, cache: string }} [image] another Node, and the folder of its compile cache
 */
async function prepareStarts(fixtures, image) {
  const [broker, mock] = await Promise.all([fixtures.broker(), fixtures.mock()]);
  const dataDir = fixtures.newFolder('started');
  const databaseFile = join(fixtures.newFolder('empty'), 'empty.sqlite');
  const node = image?.node;
  const cached = image ? { NODE_COMPILE_CACHE: image.cache } : {};
  const environment = { ...broker.environment, AUTH_SERVER_URL: mock.url, ...cached };
  const ours = () => measure(() => startService({ dataDir, environment, node }), '/health/live');
  const emptyEnvironment = { DATABASE_FILE: databaseFile, ...cached };
  const empty = () => measure(() => startBaseline('empty-app.mjs', emptyEnvironment, { node }), '/');
  await ours();
  await empty();
  return {
    contenders: [
      { name: 'service', round: ours },
      { name: 'empty Nest', round: empty },
    ],
  };
}

/**
 * @param {() => Promise<{ url: string, pid: number, stop: () => Promise<void> }>} begin
 * @param {string} path of the request whose answer ends the measurement
 */
async function measure(begin, path) {
  const startedAt = performance.now();
  const started = await begin();
  await (await fetch(new URL(path, started.url))).text();
  const ready = performance.now() - startedAt;
  const cpu = (cpuTimeMicros(started.pid) ?? Number.NaN) / 1000;
  await wait(settleMs);
  const memory = residentMemoryMiB(started.pid);
  await started.stop();
  return { ready, cpu, memory };
}
