import { spawn } from 'node:child_process';
import { once } from 'node:events';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;
const ANSWER_TIMEOUT_MS = 60_000;

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * @typedef {object} BenchProcess
 * @property {number} pid
 * @property {() => string} output the last of what it wrote
 * @property {(message: import('node:child_process').Serializable) => void} send
 * @property {() => Promise<any>} nextMessage
 * @property {(signal?: NodeJS.Signals) => Promise<void>} stop resolves once it has ended
 */

/**
 * Starts a process of the benchmark's own, which ends with it, and resolves once it is ready.
 * @param {object} plan
 * @param {string} [plan.command] default: this Node
 * @param {string[]} plan.args
 * @param {NodeJS.ProcessEnv} plan.env
 * @param {(output: string) => boolean | Promise<boolean>} plan.isReady asked again whenever it has written something,
 *   and now and then
 * @param {boolean} [plan.hasChannel] whether it is spoken to by messages
 * @returns {Promise<BenchProcess>}
 */
export async function startProcess({ command = process.execPath, args, env, isReady, hasChannel = false }) {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(hasChannel ? /** @type {const} */ (['ipc']) : [])],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-8_000)));
  }
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isReady(output))) {
    if (hasEnded(child) || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`${command} ${args.join(' ')} did not get ready:\n${output}`);
    }
    await Promise.race([
      child.stdout && once(child.stdout, 'data', { signal: AbortSignal.timeout(25) }).catch(() => undefined),
      once(child, 'exit', { signal: AbortSignal.timeout(25) }).catch(() => undefined),
    ]);
  }
  return {
    pid: child.pid ?? 0,
    output: () => output,
    send: (message) => void child.send(message),
    nextMessage: async () =>
      (await once(child, 'message', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) }))[0],
    stop: (signal) => endProcess(child, signal),
  };
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} [signal] */
async function endProcess(child, signal = 'SIGTERM') {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}

/** @param {import('node:child_process').ChildProcess} child */
function hasEnded(child) {
  return child.exitCode !== null || child.signalCode !== null;
}
