import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** What is installed and compiled at the first start takes minutes. */
const UP_TIMEOUT_MS = 15 * 60_000;
const STOP_TIMEOUT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 60_000;
const DEVICE_ID = 'srv-store-1';
/** How the stack reports that one of its processes died. */
const FAULT = /Assertion failed|signal SIG|ended \(|did not stop/;

/**
 * Runs `npm start` on an empty data folder, acquires the license, refreshes it so many times, and stops everything.
 * @param {{ rootDir: string, env: NodeJS.ProcessEnv, refreshes: number }} run
 * @returns {Promise<string>} what it did, with how long that took
 * @throws {Error} with the last lines of the stack, if anything of it failed or a process died
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
  // A stopped test leaves no stack behind.
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
      const deadline = Date.now() + UP_TIMEOUT_MS;
      while (!output.includes('Everything is up.')) {
        if (hasEnded()) throw new Error('npm start ended before everything was up');
        if (Date.now() > deadline) throw new Error('npm start took too long');
        await wait(100);
      }
    },
    async stop() {
      if (hasEnded()) throw new Error('npm start ended by itself');
      signalGroup('SIGINT');
      const isClosed = await Promise.race([
        closed.then(() => true),
        wait(STOP_TIMEOUT_MS, false, { ref: false }),
      ]);
      if (!isClosed) throw new Error('npm start did not stop');
      if (FAULT.test(output)) throw new Error('a process of the stack died');
    },
  };
}

/** @param {string} dataDir @param {string} service @param {string} mock @param {number} refreshes */
async function refreshLicense(dataDir, service, mock, refreshes) {
  const token = readFileSync(join(dataDir, 'licensing/initial-admin-token'), 'utf8').trim();
  const post = (/** @type {string} */ url, /** @type {object} */ body = {}) =>
    ask(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const { userCode } = await post(`${service}/api/license/authorization`);
  await post(`${mock}/mock/approve`, { userCode, deviceId: DEVICE_ID });
  await post(`${service}/api/license/authorization/complete`);
  for (let count = 0; count < refreshes; count += 1) {
    const { status, reason } = await post(`${service}/api/license/refresh`);
    if (status !== 'licensed' || reason !== 'refreshed')
      throw new Error(`refresh ${count + 1}: ${status}, ${reason}`);
  }
}

/** @param {string} url @param {RequestInit} init @returns {Promise<Record<string, string>>} */
async function ask(url, init) {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status} (${text})`);
  return text === '' ? {} : JSON.parse(text);
}

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1_000).toFixed(1)} s`;
