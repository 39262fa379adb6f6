import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { buildParts, isBuildCurrent } from '../build/build-parts.mjs';
import { CommandError } from '../command-error.mjs';
import { findNatsServer } from '../find-nats.mjs';
import { acquirePidLock } from '../pid-lock.mjs';
import { installDependencies } from './install-dependencies.mjs';
import { provideChromium } from './provide-chromium.mjs';
import { amtool, libfaketime, nginx, promtool } from './test-tools.mjs';

const LOCK = join(import.meta.dirname, '../../.cache/prepare.lock');
const PATIENCE_MS = 20 * 60_000;

const stepsOfTests = [
  installDependencies,
  buildWhereStale,
  provideNatsServer,
  provideChromium,
  () => promtool.provide(),
  () => amtool.provide(),
  () => nginx.provide(),
];

/**
 * The steps before each npm script. A step that has nothing to do is fast. It uses no package, because it installs them.
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
  await findNatsServer({ onProgress: (line) => console.log(`› ${line} …`) });
}

/** Waits for another command that prepares this checkout. */
async function waitForLock() {
  const deadline = Date.now() + PATIENCE_MS;
  for (let attempt = 0; Date.now() < deadline; attempt += 1) {
    const lock = acquirePidLock(LOCK);
    if (lock.isAcquired) return lock;
    if (attempt === 0) console.log(`› Waiting for process ${lock.pid}, which is preparing this checkout …`);
    await wait(500);
  }
  throw new Error(
    `Another process is still preparing this checkout after ${PATIENCE_MS / 60_000} minutes: see ${LOCK}`,
  );
}

/**
 * Runs the steps before an npm script.
 * @param {string[]} words the name of the steps
 */
export async function prepare([purpose = '']) {
  const steps = STEPS[purpose];
  if (steps === undefined)
    throw new CommandError(`Usage: node scripts/prepare.mjs ${Object.keys(STEPS).join(' | ')}`);
  const lock = await waitForLock();
  try {
    for (const step of steps) await step();
  } finally {
    lock.release();
  }
}
