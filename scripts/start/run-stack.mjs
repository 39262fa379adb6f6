import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findNatsServer } from '../find-nats.mjs';
import { acquirePidLock } from '../pid-lock.mjs';
import { ConsoleLog } from './console-log.mjs';
import { findUsedPorts } from './find-used-ports.mjs';
import { licenseHub } from './license-hub.mjs';
import { listenForStop } from './listen-for-stop.mjs';
import { planStack } from './plan-stack.mjs';
import { readSettings } from './read-settings.mjs';
import { Stack } from './stack.mjs';
import { StartError } from './start-error.mjs';
import { writeBanner } from './write-banner.mjs';

const ROOT_DIR = join(import.meta.dirname, '../..');
const BUILT = ['dist/main.js', 'mock-auth-server/dist/main.js', 'client/dist/example-register.js'];
const EXIT_AT_ONCE = 130;

/**
 * Starts everything, and ends this process when it has ended everything.
 * @throws {import('./start-error.mjs').StartError} before anything was started
 */
export async function runStack() {
  const settings = readSettings(process.env, ROOT_DIR);
  const lock = lockDataDir(settings.dataDir);
  process.once('exit', lock.release);
  await checkBuildAndPorts(settings);
  const isColorful = process.stdout.isTTY && !process.env['NO_COLOR'];
  const log = new ConsoleLog({ isColorful, write: (text) => void process.stdout.write(text) });
  log.showText(
    settings.hub === null
      ? 'Starting NATS, the mock Authorization server, the licensing service and a register …'
      : 'Starting a store server, its hub, their brokers, the mock Authorization server and two registers …',
  );
  const natsServer =
    settings.nats || settings.hub
      ? await findNatsServer({ tell: (line) => log.showText(`› ${line} …`) })
      : null;
  const plan = planStack(settings, natsServer, { rootDir: ROOT_DIR, env: process.env, isColorful });
  await superviseStack(plan, log, async (signal) => {
    await licenseHub(settings, process.env, signal);
    return writeBanner(settings, process.env, { hasRegister: plan.registers.length > 0 });
  });
}

/**
 * @param {import('./stack.mjs').StackPlan} plan
 * @param {ConsoleLog} log
 * @param {(signal: AbortSignal) => Promise<string>} complete the stack that is up, and describe it
 */
async function superviseStack(plan, log, complete) {
  const starting = new AbortController();
  /** @type {Promise<never> | null} */
  let ending = null;
  const end = (/** @type {unknown} */ fault) => {
    ending ??= endStack(fault);
    return ending;
  };
  const stack = new Stack(plan, {
    onLine: (name, line) => log.showLine(name, line),
    onNotice: (notice) => log.showLine('stack', notice),
    onDied: (error) => void end(error),
  });
  /** @param {unknown} fault undefined: someone wished it @returns {Promise<never>} */
  async function endStack(fault) {
    starting.abort(new Error('stopped while it started'));
    log.release();
    log.showText(fault === undefined ? '\nStopping …' : '');
    await stack.stop();
    if (fault !== undefined) console.error(fault instanceof StartError ? fault.message : fault);
    process.exit(fault === undefined ? 0 : 1);
  }
  listenForStop({
    onStop: () => void end(undefined),
    onStopAtOnce: () => void stack.kill().then(() => process.exit(EXIT_AT_ONCE)),
  });
  try {
    await stack.start(starting.signal);
    log.showText(await complete(starting.signal));
    log.release();
  } catch (error) {
    await end(error);
  }
}

/** @param {string} dataDir */
function lockDataDir(dataDir) {
  const lock = tryLocking(dataDir);
  if (lock.isAcquired) return lock;
  throw new StartError(
    'data-dir-in-use',
    `DATA_DIR ${dataDir} is in use by a stack that runs (process ${lock.pid}): stop it, or set DATA_DIR to another folder`,
  );
}

/** @param {string} dataDir */
function tryLocking(dataDir) {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return acquirePidLock(join(dataDir, 'stack.lock'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError('data-dir-unusable', `DATA_DIR ${dataDir} cannot be used: ${reason}`, {
      cause: error,
    });
  }
}

/** @param {import('./read-settings.mjs').StackSettings} settings */
async function checkBuildAndPorts({ host, licensing, mock, nats, hub }) {
  const missing = BUILT.filter((path) => !existsSync(join(ROOT_DIR, path)));
  if (missing.length > 0) {
    throw new StartError(
      'not-built',
      `Not built: ${missing.join(', ')}. Run npm run build, or npm start, which builds`,
    );
  }
  const listeners = [{ ...licensing, host }];
  if (mock !== null) listeners.push({ ...mock, host });
  if (nats !== null) listeners.push({ ...nats, host: '127.0.0.1' });
  if (hub !== null) listeners.push({ ...hub.licensing, host }, { ...hub.nats, host: '127.0.0.1' });
  const complaints = await findUsedPorts(listeners);
  if (complaints.length > 0) throw new StartError('port-in-use', complaints.join('\n'));
}
