import { resolve } from 'node:path';
import { CommandError } from '../command-error.mjs';

/**
 * @typedef {{ setting: string, port: number }} Listener
 *
 * @typedef {object} StackSettings
 * @property {string} host of the licensing service and the mock
 * @property {Listener} licensing
 * @property {Listener | null} mock `null` if AUTH_SERVER_URL names another Authorization server
 * @property {Listener | null} nats `null` if NATS_URL names a running broker
 * @property {{ licensing: Listener, nats: Listener } | null} hub `null` without FLEET=on
 * @property {string} authServerUrl
 * @property {string} natsUrl
 * @property {string} dataDir absolute
 */

/**
 * Reads the settings of the stack.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} rootDir
 * @returns {StackSettings}
 * @throws {CommandError} with all faults
 */
export function readSettings(env, rootDir) {
  /** @type {string[]} */
  const faults = [];
  const readPort = portReader(env, faults);
  const isFleet = readFleet(env, faults);
  const licensing = readPort('PORT', 3000);
  const mock = env['AUTH_SERVER_URL'] ? null : readPort('MOCK_AUTH_PORT', 4000);
  const nats = env['NATS_URL'] ? null : readPort('NATS_PORT', 4222);
  const hub = isFleet
    ? { licensing: readPort('HUB_PORT', 3100), nats: readPort('HUB_NATS_PORT', 4322) }
    : null;
  if (faults.length > 0) throw new CommandError(faults.join('\n'));
  return {
    host: env['HOST'] || '127.0.0.1',
    licensing,
    mock,
    nats,
    hub,
    authServerUrl: env['AUTH_SERVER_URL'] || env['ISSUER_URL'] || `http://127.0.0.1:${mock?.port}`,
    natsUrl: env['NATS_URL'] || `nats://127.0.0.1:${nats?.port}`,
    dataDir: env['DATA_DIR'] ? resolve(env['DATA_DIR']) : resolve(rootDir, 'data'),
  };
}

/** @param {NodeJS.ProcessEnv} env @param {string[]} faults */
function portReader(env, faults) {
  /** @type {Listener[]} */
  const listeners = [];
  return (/** @type {string} */ setting, /** @type {number} */ fallback) => {
    const text = env[setting] || String(fallback);
    const port = Number(text);
    if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
      faults.push(`${setting} is ${text}: it must be a port from 1 to 65535`);
    const other = listeners.find((listener) => listener.port === port);
    if (other) faults.push(`${other.setting} and ${setting} are both ${port}: they must differ`);
    listeners.push({ setting, port });
    return { setting, port };
  };
}

/** @param {NodeJS.ProcessEnv} env @param {string[]} faults */
function readFleet(env, faults) {
  const fleet = env['FLEET'] || 'off';
  if (fleet !== 'on' && fleet !== 'off') faults.push(`FLEET is ${fleet}: it must be on or off`);
  const foreign = ['AUTH_SERVER_URL', 'NATS_URL'].filter((setting) => env[setting]);
  if (fleet === 'on' && foreign.length > 0)
    faults.push(`FLEET=on starts its own mock and brokers: remove ${foreign.join(' and ')}, or FLEET`);
  return fleet === 'on';
}
