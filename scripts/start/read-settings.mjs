import { resolve } from 'node:path';
import { StartError } from './start-error.mjs';

/**
 * @typedef {object} StackSettings
 * @property {string} host where the licensing service and the mock listen
 * @property {{ setting: string, port: number }} licensing
 * @property {{ setting: string, port: number } | null} mock null: another Authorization server is used
 * @property {{ setting: string, port: number } | null} nats null: a broker that runs already is used
 * @property {{ licensing: { setting: string, port: number }, nats: { setting: string, port: number } } | null} hub null: FLEET is off
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
  const readPort = portReader(env, faults);
  const licensing = readPort('PORT', 3000);
  const mock = env['AUTH_SERVER_URL'] ? null : readPort('MOCK_AUTH_PORT', 4000);
  const nats = env['NATS_URL'] ? null : readPort('NATS_PORT', 4222);
  const hub = isFleet(env, faults) ? readHub(readPort) : null;
  faults.push(...findSharedPorts([licensing, mock, nats, ...Object.values(hub ?? {})]));
  if (faults.length > 0) throw new StartError('bad-settings', faults.join('\n'));
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
  return (/** @type {string} */ setting, /** @type {number} */ fallback) => {
    const text = env[setting] || String(fallback);
    const port = Number(text);
    if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
      faults.push(`${setting} is ${text}: it takes a port from 1 to 65535`);
    return { setting, port };
  };
}

/** @param {ReturnType<typeof portReader>} readPort */
function readHub(readPort) {
  return { licensing: readPort('HUB_PORT', 3100), nats: readPort('HUB_NATS_PORT', 4322) };
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

/**
 * Whether a hub and a second register are wanted as well.
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} faults
 */
function isFleet(env, faults) {
  const fleet = env['FLEET'] || 'off';
  if (fleet !== 'on' && fleet !== 'off') faults.push(`FLEET is ${fleet}: it takes on or off`);
  const foreign = ['AUTH_SERVER_URL', 'NATS_URL'].filter((setting) => env[setting]);
  if (fleet === 'on' && foreign.length > 0) {
    faults.push(
      `FLEET=on takes the mock and brokers of its own: leave out ${foreign.join(' and ')}, or FLEET`,
    );
  }
  return fleet === 'on';
}
