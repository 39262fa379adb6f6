import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../command-error.mjs';
import { acquireLicense, request } from './acquire-license.mjs';
import { urlOf } from './health.mjs';

const deviceId = 'srv-hub';

/**
 * Acquires the license of the hub of FLEET=on, unless it has one.
 * @param {import('./read-settings.mjs').StackSettings} settings
 * @param {NodeJS.ProcessEnv} env
 * @param {AbortSignal} signal
 * @throws {CommandError} if the hub or the mock refuses
 */
export async function licenseHub({ host, hub, mock, dataDir }, env, signal) {
  if (hub === null || mock === null) return;
  const serviceUrl = urlOf(host, hub.licensing.port);
  const mockUrl = urlOf(host, mock.port);
  const tokenPath = env['ADMIN_TOKEN_FILE'] || join(dataDir, 'hub/licensing/initial-admin-token');
  const adminToken = env['ADMIN_TOKEN'] || readFileSync(tokenPath, 'utf8').trim();
  try {
    const { status } = await request('GET', `${serviceUrl}/api/license`, { adminToken, signal });
    if (status !== 'unlicensed') return;
    // The pages of the stores link to this address.
    await request('PATCH', `${mockUrl}/mock/devices/${deviceId}`, { body: { url: serviceUrl }, signal });
    await acquireLicense({ serviceUrl, mockUrl, adminToken, deviceId, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new CommandError(`The hub has no license: ${String(error)}`, { cause: error });
  }
}
