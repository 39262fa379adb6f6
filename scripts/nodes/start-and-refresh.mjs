import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findFreePort } from '../find-free-port.mjs';
import { acquireLicense, request } from '../start/acquire-license.mjs';

/** The first start installs and compiles, which takes minutes. */
const upTimeoutMs = 15 * 60_000;
const stopTimeoutMs = 60_000;
const requestTimeoutMs = 60_000;
/** The message of the stack about a process that died. */
const fault = /Assertion failed|signal SIG|ended \(|did not stop/;

/**
 * Runs `npm start` on an empty data folder, acquires the license, refreshes it, and stops the stack.
 * @param {{ rootDir: string, env: NodeJS.ProcessEnv, refreshes: number }} run
 * @returns {Promise<string>} the durations
 * @throws {Error} with the last lines of the stack, if a request failed or a process died
 */
export async function startAndRefresh({ rootDir, env, refreshes }) {
  const dataDir = mkdtempSync(join(tmpdir(), 'stack-'));
  const [port, mockPort, natsPort] = await Promise.all([findFreePort(), findFreePort(), findFreePort()]);
  const stack = startStack(rootDir, {
    ...env,
    DATA_DIR: dataDir,
    PORT: String(port),
    MOCK_AUTH_PORT: String(mockPort),
    NATS_PORT: String(natsPort),
    POLL_INTERVAL: '1s',
  });
  // An interrupted test leaves no stack behind.
  process.once('exit', stack.kill);
  try {
    const startedAt = Date.now();
    await stack.isUp();
    const upAt = Date.now();
    await refreshLicense(dataDir, `http://127.0.0.1:${port}`, `http://127.0.0.1:${mockPort}`, refreshes);
    const doneAt = Date.now();
    await stack.stop();
    return `up after ${seconds(upAt - startedAt)}, licensed and refreshed ${refreshes} times in ${seconds(doneAt - upAt)}`;
  } catch (error) {
    throw new Error(`${String(error)}. The last lines of the stack:\n${stack.lastLines()}`, { cause: error });
  } finally {
    process.removeListener('exit', stack.kill);
    stack.kill();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** @param {string} rootDir @param {NodeJS.ProcessEnv} env */
function startStack(rootDir, env) {
  let output = '';
  const child = spawn('npm', ['start'], {
    cwd: rootDir,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const closed = once(child, 'close');
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const signalGroup = (/** @type {NodeJS.Signals} */ signal) => {
    if (!hasEnded() && child.pid !== undefined) process.kill(-child.pid, signal);
  };
  return {
    lastLines: () => output.split('\n').slice(-40).join('\n'),
    kill: () => signalGroup('SIGKILL'),
    async isUp() {
      const deadline = Date.now() + upTimeoutMs;
      while (!output.includes('Everything is up.')) {
        if (hasEnded()) throw new Error('npm start ended during the start');
        if (Date.now() > deadline) throw new Error('npm start took too long');
        await wait(100);
      }
    },
    async stop() {
      if (hasEnded()) throw new Error('npm start ended by itself');
      signalGroup('SIGINT');
      const timeout = wait(stopTimeoutMs, false, { ref: false });
      if (!(await Promise.race([closed.then(() => true), timeout])))
        throw new Error('npm start did not stop');
      if (fault.test(output)) throw new Error('a process of the stack died');
    },
  };
}

/** @param {string} dataDir @param {string} serviceUrl @param {string} mockUrl @param {number} refreshes */
async function refreshLicense(dataDir, serviceUrl, mockUrl, refreshes) {
  const adminToken = readFileSync(join(dataDir, 'licensing/initial-admin-token'), 'utf8').trim();
  const limited = () => ({ adminToken, signal: AbortSignal.timeout(requestTimeoutMs) });
  await acquireLicense({ serviceUrl, mockUrl, deviceId: 'srv-store-1', ...limited() });
  for (let count = 0; count < refreshes; count += 1) {
    const { status, reason } = await request('POST', `${serviceUrl}/api/license/refresh`, limited());
    if (status !== 'licensed' || reason !== 'refreshed')
      throw new Error(`refresh ${count + 1}: ${status}, ${reason}`);
  }
}

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1_000).toFixed(1)} s`;
