import { resolve } from 'node:path';
import { StartError } from './start-error.mjs';

/**
 * @typedef {object} StackSettings
 * @property {string} host where the licensing service and the mock listen
 * @property {{ setting: string, port: number }} licensing
 * @property {{ setting: string, port: number } | null} mock null: another Authorization server is used
 * @property {{ setting: string, port: number } | null} nats null: a broker that runs already is used
 * @property {string} authServerUrl
 * @property {string} natsUrl
 * @property {string} dataDir absolute
 */

/**
 * Reads what the stack itself has to know.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} rootDir
 * @returns {StackSettings}
 * @throws {StartError} with all faults at once
 */
export function readSettings(env, rootDir) {
  /** @type {string[]} */
  const faults = [];
  const readPort = (/** @type {string} */ setting, /** @type {number} */ fallback) => {
    const text = env[setting] || String(fallback);
    const port = Number(text);
    if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
      faults.push(`${setting} is ${text}: it takes a port from 1 to 65535`);
    return { setting, port };
  };
  const licensing = readPort('PORT', 3000);
  const mock = env['AUTH_SERVER_URL'] ? null : readPort('MOCK_AUTH_PORT', 4000);
  const nats = env['NATS_URL'] ? null : readPort('NATS_PORT', 4222);
  faults.push(...findSharedPorts([licensing, mock, nats]), ...findUnavailable(env));
  if (faults.length > 0) throw new StartError('bad-settings', faults.join('\n'));
  return {
    host: env['HOST'] || '127.0.0.1',
    licensing,
    mock,
    nats,
    authServerUrl: env['AUTH_SERVER_URL'] || env['ISSUER_URL'] || `http://127.0.0.1:${mock?.port}`,
    natsUrl: env['NATS_URL'] || `nats://127.0.0.1:${nats?.port}`,
    dataDir: env['DATA_DIR'] ? resolve(env['DATA_DIR']) : resolve(rootDir, 'data'),
  };
}

/** @param {({ setting: string, port: number } | null)[]} listeners */
function findSharedPorts(listeners) {
  const known = listeners.filter((listener) => listener !== null);
  return known.flatMap((listener, index) => {
    const other = known.slice(0, index).find(({ port }) => port === listener.port);
    return other === undefined
      ? []
      : [`${other.setting} and ${listener.setting} are both ${listener.port}: they must differ`];
  });
}

/** @param {NodeJS.ProcessEnv} env */
function findUnavailable(env) {
  const fleet = env['FLEET'] || 'off';
  if (fleet === 'off') return [];
  return fleet === 'on'
    ? ['FLEET=on is not available yet: leave it out']
    : [`FLEET is ${fleet}: it takes on or off`];
}
