import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess } from './child-process.mjs';
import { rootDir } from './root-dir.mjs';

/**
 * @typedef {object} Service
 * @property {string} url
 * @property {number} pid
 * @property {string} adminToken
 * @property {(method: string, path: string) => Promise<Response>} as a request as the admin
 * @property {(mock: import('./start-mock.mjs').Mock, deviceId?: string) => Promise<void>} acquire
 * @property {(request: { do: 'commit' | 'audit', count: number }) => Promise<{ startedAt: bigint, committedAt: bigint }>} ask
 *   the door; both times are of the monotonic clock that all processes share
 * @property {() => Promise<void>} stop
 */

/**
 * Starts the built licensing service, as a shop runs it: `NODE_ENV=production`, logs of what goes wrong alone.
 * @param {object} options
 * @param {string} options.dataDir
 * @param {Record<string, string>} options.environment
 * @param {string[]} [options.nodeArguments] such as `--cpu-prof`
 * @param {boolean} [options.hasDoor] see service-with-door.mjs
 * @returns {Promise<Service>}
 */
export async function startService({ dataDir, environment, nodeArguments = [], hasDoor = false }) {
  const child = await startProcess({
    args: [...nodeArguments, join(rootDir, hasDoor ? 'bench/stage/service-with-door.mjs' : 'dist/main.js')],
    hasChannel: hasDoor,
    env: {
      NODE_ENV: 'production',
      PORT: '0',
      DATA_DIR: dataDir,
      LOG_FORMAT: 'json',
      // A port that nothing listens on, where a row needs no server or broker.
      AUTH_SERVER_URL: 'http://127.0.0.1:9',
      NATS_URL: 'nats://127.0.0.1:9',
      ...environment,
    },
    isReady: (output) => listening.test(output),
  });
  const url = listening.exec(child.output())?.[1] ?? '';
  const adminToken = (await readFile(join(dataDir, 'initial-admin-token'), 'utf8')).trim();
  /** @type {Service['as']} */
  const as = (method, path) =>
    fetch(new URL(path, url), { method, headers: { authorization: `Bearer ${adminToken}` } });
  return {
    url,
    pid: child.pid,
    adminToken,
    as,
    acquire: (mock, deviceId = 'srv-store-1') => acquire(as, mock, deviceId),
    ask: (request) => askDoor(child, request),
    stop: () => child.stop(),
  };
}

const listening = /Listening on (http:\/\/[\d.]+:\d+)/;

/**
 * Next, approved at the mock, Complete.
 * @param {Service['as']} as
 * @param {import('./start-mock.mjs').Mock} mock
 * @param {string} deviceId
 */
async function acquire(as, mock, deviceId) {
  const { userCode } = /** @type {any} */ (await (await as('POST', '/api/license/authorization')).json());
  await mock.control('POST', '/mock/approve', { userCode, deviceId });
  const completed = await as('POST', '/api/license/authorization/complete');
  if (!completed.ok) throw new Error(`No license was acquired: ${await completed.text()}`);
}

/**
 * @param {import('./child-process.mjs').BenchProcess} child
 * @param {object} request
 * @returns {Promise<{ startedAt: bigint, committedAt: bigint }>}
 */
async function askDoor(child, request) {
  const answer = child.nextMessage();
  child.send(request);
  const { startedAt, committedAt } = await answer;
  return { startedAt: BigInt(startedAt), committedAt: BigInt(committedAt) };
}
