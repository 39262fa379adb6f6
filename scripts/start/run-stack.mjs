import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../command-error.mjs';
import { findNatsServer } from '../find-nats.mjs';
import { acquirePidLock } from '../pid-lock.mjs';
import { ChildProcess } from './child-process.mjs';
import { ConsoleLog } from './console-log.mjs';
import { findUsedPorts } from './find-used-ports.mjs';
import { licenseHub } from './license-hub.mjs';
import { exitStopped, listenForStop } from './listen-for-stop.mjs';
import { planStack } from './plan-stack.mjs';
import { readSettings } from './read-settings.mjs';
import { writeBanner } from './write-banner.mjs';

const rootDir = join(import.meta.dirname, '../..');
const builtFiles = ['dist/main.js', 'mock-auth-server/dist/main.js', 'client/dist/example-register.js'];

/**
 * Starts the stack, and ends this process after all processes of the stack have ended.
 * @throws {CommandError} if the stack cannot be started
 */
export async function runStack() {
  const { env, stdout } = process;
  const settings = readSettings(env, rootDir);
  process.once('exit', lockDataDir(settings.dataDir));
  await checkBuildAndPorts(settings);
  const isColorful = stdout.isTTY && !env['NO_COLOR'];
  const log = new ConsoleLog(isColorful);
  log.showText(
    settings.hub === null
      ? 'Starting NATS, the mock Authorization server, the licensing service and a register …'
      : 'Starting a store server, its hub, their brokers, the mock Authorization server and two registers …',
  );
  const natsServer =
    settings.nats || settings.hub
      ? await findNatsServer({ onProgress: (line) => log.showText(`› ${line} …`) })
      : null;
  const plan = planStack(settings, natsServer, { rootDir, env, isColorful });
  await superviseStack(plan, log, async (signal) => {
    await licenseHub(settings, env, signal);
    return writeBanner(settings, env, { hasRegister: plan.registers.length > 0 });
  });
}

/**
 * @param {ReturnType<typeof planStack>} plan
 * @param {ConsoleLog} log
 * @param {(signal: AbortSignal) => Promise<string>} complete finishes the healthy stack and describes it
 */
async function superviseStack({ brokers, mock, servers, registers }, log, complete) {
  const starting = new AbortController();
  /** @type {Promise<never> | null} */
  let ending = null;
  /** @type {Promise<unknown> | null} */
  let killing = null;
  const end = (/** @type {unknown} */ fault) => (ending ??= stop(fault));
  const manage = (/** @type {import('./child-process.mjs').ProcessPlan} */ part) =>
    new ChildProcess(part, {
      onLine: (name, line) => log.showLine(name, line),
      onDied: (error) => void end(error),
    });
  // A register needs its server. A server starts without a broker or mock, but then logs that they are missing.
  const groups = [brokers, mock, servers, registers].map((parts) => parts.map(manage));
  const [brokerParts = [], mockParts = [], serverParts = [], registerParts = []] = groups;
  const startOrder = [brokerParts, [...mockParts, ...serverParts], registerParts];
  // The servers first: they still publish while they stop.
  const stopOrder = [...serverParts, ...registerParts, ...mockParts, ...brokerParts];

  /** @param {unknown} fault `undefined` if a stop was requested @returns {Promise<never>} */
  async function stop(fault) {
    starting.abort(new Error('stopped during the start'));
    log.release();
    log.showText(fault === undefined ? '\nStopping …' : '');
    for (const part of stopOrder) await part.stop();
    if (fault !== undefined) console.error(fault instanceof CommandError ? fault.message : fault);
    await killing;
    process.exit(killing === null ? Number(fault !== undefined) : exitStopped);
  }
  listenForStop({
    onStop: () => void end(undefined),
    // The stop that is in progress then ends.
    onSecondStop: () => void (killing ??= Promise.all(stopOrder.map((part) => part.kill()))),
  });
  try {
    for (const group of startOrder) await Promise.all(group.map((part) => part.start(starting.signal)));
    log.showText(await complete(starting.signal));
    log.release();
  } catch (error) {
    await end(error);
  }
}

/** @param {string} dataDir @returns {() => void} releases the lock */
function lockDataDir(dataDir) {
  let lock;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    lock = acquirePidLock(join(dataDir, 'stack.lock'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`DATA_DIR ${dataDir} cannot be used: ${reason}`, { cause: error });
  }
  if (lock.isAcquired) return lock.release;
  throw new CommandError(
    `DATA_DIR ${dataDir} is in use by another stack (process ${lock.pid}): stop it, or set DATA_DIR to another folder`,
  );
}

/** @param {import('./read-settings.mjs').StackSettings} settings */
async function checkBuildAndPorts({ host, licensing, mock, nats, hub }) {
  const missing = builtFiles.filter((path) => !existsSync(join(rootDir, path)));
  if (missing.length > 0)
    throw new CommandError(`${missing.join(', ')} is missing: run npm run build, or npm start, which builds`);
  const listeners = [{ ...licensing, host }];
  if (mock !== null) listeners.push({ ...mock, host });
  if (nats !== null) listeners.push({ ...nats, host: '127.0.0.1' });
  if (hub !== null) listeners.push({ ...hub.licensing, host }, { ...hub.nats, host: '127.0.0.1' });
  const faults = await findUsedPorts(listeners);
  if (faults.length > 0) throw new CommandError(faults.join('\n'));
}
