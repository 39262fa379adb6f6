import { join } from 'node:path';
import { answersOk } from '../../scripts/start/health.mjs';
import { startProcess } from './child-process.mjs';
import { findFreePort } from './find-free-port.mjs';
import { rootDir } from './root-dir.mjs';

/**
 * @typedef {object} Mock
 * @property {string} url
 * @property {number} pid
 * @property {(method: string, path: string, body?: object) => Promise<any>} control
 * @property {() => Promise<void>} stop
 */

/**
 * Starts the mock Authorization server, as `npm start` does.
 * @param {string} dataDir
 * @param {Record<string, string>} [environment]
 * @returns {Promise<Mock>}
 */
export async function startMock(dataDir, environment = {}) {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const mock = await startProcess({
    args: [join(rootDir, 'mock-auth-server/dist/main.js')],
    env: { PORT: String(port), DATA_DIR: dataDir, POLL_INTERVAL: '1s', MOCK_CONTROLS: 'on', ...environment },
    isReady: () => answersOk(`${url}/health`),
  });
  return {
    url,
    pid: mock.pid,
    control: (method, path, body) => control(url, method, path, body),
    stop: () => mock.stop(),
  };
}

/** @param {string} url @param {string} method @param {string} path @param {object} [body] */
async function control(url, method, path, body) {
  const response = await fetch(new URL(path, url), {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}
