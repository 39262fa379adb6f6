import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { cpuTimeMicros } from '../harness/cpu-time.mjs';
import { residentMemoryMiB } from '../harness/resident-memory.mjs';
import { startBaseline } from '../fixtures/start-baseline.mjs';
import { startService } from '../fixtures/start-service.mjs';

const settleMs = 1_500;

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const start = {
  name: 'start',
  title: 'Start to ready, and memory',
  how:
    'From the start of the process until it answers, on an existing data folder, with a broker and an Authorization ' +
    'server; then the resident memory 1.5 s later. Baseline: an empty Nest application with the same adapter, TypeORM and ' +
    'SQLite.',
  figures: { ready: 'ms', cpu: 'ms CPU', memory: 'MiB' },
  targets: [
    { kind: 'ratio', ours: 'service', other: 'empty Nest', figure: 'ready', atMost: 1.25 },
    { kind: 'ratio', ours: 'service', other: 'empty Nest', figure: 'memory', atMost: 1.2 },
  ],
  async prepare(fixtures) {
    const [broker, mock] = await Promise.all([fixtures.broker(), fixtures.mock()]);
    const dataDir = fixtures.newFolder('started');
    const databaseFile = join(fixtures.newFolder('empty'), 'empty.sqlite');
    const environment = { ...broker.environment, AUTH_SERVER_URL: mock.url };
    const ours = () => measure(() => startService({ dataDir, environment }), '/health/live');
    const empty = () => measure(() => startBaseline('empty-app.mjs', { DATABASE_FILE: databaseFile }), '/');
    await ours();
    await empty();
    return {
      contenders: [
        { name: 'service', round: ours },
        { name: 'empty Nest', round: empty },
      ],
    };
  },
};

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
