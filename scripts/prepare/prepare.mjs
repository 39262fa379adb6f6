import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { buildParts, isBuildCurrent } from '../build/build-parts.mjs';
import { findNatsServer } from '../find-nats.mjs';
import { acquirePidLock } from '../pid-lock.mjs';
import { installDependencies } from './install-dependencies.mjs';
import { provideChromium } from './provide-chromium.mjs';
import { libfaketime, nginx, promtool } from './test-tools.mjs';

const LOCK = join(import.meta.dirname, '../../.cache/prepare.lock');
const PATIENCE_MS = 20 * 60_000;

const stepsOfTests = [
  installDependencies,
  buildWhereStale,
  provideNatsServer,
  provideChromium,
  () => promtool.provide(),
  () => nginx.provide(),
];

/**
 * What each npm script needs before it runs; what is there already costs next to nothing. It uses no package, because
 * it is what installs them.
 * @type {Record<string, (() => Promise<unknown>)[]>}
 */
const STEPS = {
  build: [installDependencies, buildWhereStale],
  test: stepsOfTests,
  dates: [...stepsOfTests.filter((step) => step !== provideChromium), () => libfaketime.provide()],
  assurance: [...stepsOfTests, () => libfaketime.provide()],
};

async function buildWhereStale() {
  if (isBuildCurrent()) return;
  console.log('› Building …');
  await buildParts();
}

async function provideNatsServer() {
  await findNatsServer({ tell: (line) => console.log(`› ${line} …`) });
}

/** Two commands in one checkout must not install over each other. */
async function waitForLock() {
  const deadline = Date.now() + PATIENCE_MS;
  for (let attempt = 0; Date.now() < deadline; attempt += 1) {
    const lock = acquirePidLock(LOCK);
    if (lock.isAcquired) return lock;
    if (attempt === 0) console.log(`› Waiting for process ${lock.pid}, which prepares this checkout …`);
    await wait(500);
  }
  throw new Error(`Another process has been preparing this checkout for too long: see ${LOCK}`);
}

/**
 * Takes the steps that an npm script needs before it.
 * @param {string} purpose one of the names in STEPS
 */
export async function prepare(purpose) {
  const steps = STEPS[purpose];
  if (steps === undefined)
    throw new Error(`node scripts/prepare.mjs takes one of: ${Object.keys(STEPS).join(', ')}`);
  const lock = await waitForLock();
  try {
    for (const step of steps) await step();
  } finally {
    lock.release();
  }
}
