import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reachable } from './reachable.mjs';
import { StartError } from './start-error.mjs';

const HUB_DEVICE_ID = 'srv-hub';

/**
 * Does for the hub of FLEET=on what a person does for the store: acquires its license at the mock, once. Does nothing
 * where there is no hub.
 * @param {import('./read-settings.mjs').StackSettings} settings
 * @param {NodeJS.ProcessEnv} env
 * @param {AbortSignal} signal
 * @throws {StartError} if the hub or the mock refuses
 */
export async function licenseHub({ host, hub, mock, dataDir }, env, signal) {
  if (hub === null || mock === null) return;
  const hubUrl = `http://${reachable(host)}:${hub.licensing.port}`;
  const mockUrl = `http://${reachable(host)}:${mock.port}`;
  const authorization = `Bearer ${readAdminToken(env, dataDir)}`;
  const askHub = (/** @type {string} */ method, /** @type {string} */ path) =>
    ask(method, `${hubUrl}${path}`, { headers: { authorization }, signal });
  const askMock = (/** @type {string} */ method, /** @type {string} */ path, /** @type {object} */ body) =>
    ask(method, `${mockUrl}${path}`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });

  const { status } = await askHub('GET', '/api/license');
  if (status !== 'unlicensed') return;
  // The stores' pages then link to where this hub really is.
  await askMock('PATCH', `/mock/devices/${HUB_DEVICE_ID}`, { url: hubUrl });
  const { userCode } = await askHub('POST', '/api/license/authorization');
  await askMock('POST', '/mock/approve', { userCode, deviceId: HUB_DEVICE_ID });
  await askHub('POST', '/api/license/authorization/complete');
}

/** @param {NodeJS.ProcessEnv} env @param {string} dataDir */
function readAdminToken(env, dataDir) {
  if (env['ADMIN_TOKEN']) return env['ADMIN_TOKEN'];
  const path = env['ADMIN_TOKEN_FILE'] || join(dataDir, 'hub/licensing/initial-admin-token');
  return readFileSync(path, 'utf8').trim();
}

/** @param {string} method @param {string} url @param {RequestInit} init @returns {Promise<Record<string, string>>} */
async function ask(method, url, init) {
  const answer = await fetch(url, { ...init, method });
  const text = await answer.text();
  if (!answer.ok) {
    throw new StartError(
      'hub-not-licensed',
      `The hub could not be licensed: ${method} ${url} answered ${answer.status} (${text})`,
    );
  }
  return text === '' ? {} : JSON.parse(text);
}
