import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { containerName, planNatsCommand } from '../nats/plan-nats-command.mjs';
import { createNatsPasswords } from './create-nats-passwords.mjs';
import { formatNatsLine } from './format-nats-line.mjs';
import { answersNats, answersOk, urlOf, waitUntilHealthy } from './health.mjs';
import { shareEnvironment } from './share-environment.mjs';

const run = promisify(execFile);

/**
 * @typedef {import('./child-process.mjs').ProcessPlan} ProcessPlan
 * @typedef {import('./read-settings.mjs').StackSettings} StackSettings
 * @typedef {{ rootDir: string, env: NodeJS.ProcessEnv, isColorful: boolean }} Surroundings
 * @typedef {ReturnType<typeof createNatsPasswords>} Passwords
 */

/**
 * Plans the processes of the stack, and creates their folders and passwords.
 * @param {StackSettings} settings
 * @param {import('../find-nats.mjs').NatsServer | null} natsServer `null` if the broker at NATS_URL is used
 * @param {Surroundings} surroundings
 * @returns {Record<'brokers' | 'mock' | 'servers' | 'registers', ProcessPlan[]>}
 */
export function planStack(settings, natsServer, surroundings) {
  const { dataDir, licensing, mock, nats, natsUrl, hub } = settings;
  const passwords = nats && createNatsPasswords(join(dataDir, 'nats'));
  const store = {
    NATS_URL: natsUrl,
    ...(passwords && serviceLogins(passwords)),
    ...(hub && { HUB_NATS_URL: localNats(hub.nats.port) }),
  };
  const brokers = [];
  if (nats && natsServer && passwords)
    brokers.push(planNats('nats', dataDir, nats.port, passwords, natsServer, surroundings));
  const servers = [planServer('licensing', dataDir, licensing.port, settings, store, surroundings)];
  if (hub && natsServer) {
    const hubDir = join(dataDir, 'hub');
    const hubPasswords = createNatsPasswords(join(hubDir, 'nats'));
    const own = {
      NATS_URL: localNats(hub.nats.port),
      ...serviceLogins(hubPasswords),
      ...adminToken(surroundings.env),
    };
    brokers.push(planNats('hub-nats', hubDir, hub.nats.port, hubPasswords, natsServer, surroundings));
    servers.push(planServer('hub', hubDir, hub.licensing.port, settings, own, surroundings));
  }
  return {
    brokers,
    mock: mock ? [planMock(settings, mock.port, surroundings)] : [],
    servers,
    registers: planRegisters(settings, passwords, surroundings),
  };
}

/** @param {number} port */
function localNats(port) {
  return `nats://127.0.0.1:${port}`;
}

/**
 * Returns the admin token of the environment, for the hub. Without one, each server creates its own.
 * @param {NodeJS.ProcessEnv} env
 */
function adminToken(env) {
  const names = ['ADMIN_TOKEN', 'ADMIN_TOKEN_FILE'].filter((name) => env[name]);
  return Object.fromEntries(names.map((name) => [name, env[name] ?? '']));
}

/** @param {Passwords} passwords */
function serviceLogins({ licensing, callout, issuerSeed, xkeySeed, sys }) {
  return {
    NATS_USER: 'licensing',
    NATS_PASSWORD: licensing,
    NATS_CALLOUT_USER: 'callout',
    NATS_CALLOUT_PASSWORD: callout,
    NATS_ISSUER_SEED: issuerSeed,
    NATS_CALLOUT_XKEY_SEED: xkeySeed,
    NATS_SYS_USER: 'sys',
    NATS_SYS_PASSWORD: sys,
  };
}

/**
 * @param {string} name
 * @param {string} dataDir
 * @param {number} port
 * @param {Passwords} passwords
 * @param {import('../find-nats.mjs').NatsServer} natsServer
 * @param {Surroundings} surroundings
 * @returns {ProcessPlan}
 */
function planNats(name, dataDir, port, passwords, natsServer, { rootDir, env }) {
  const host = '127.0.0.1';
  const configPath = join(rootDir, 'deploy/nats/store.conf');
  const storeDir = makeFolder(dataDir, 'nats/store');
  const isVerbose = /^(debug|verbose|trace)$/.test(env['LOG_LEVEL'] ?? '');
  return {
    name,
    ...planNatsCommand(natsServer, { configPath, host, port, storeDir, passwords }),
    cwd: rootDir,
    waitUntilHealthy: (signal) => waitUntilHealthy(() => answersNats(host, port), signal),
    formatLine: (line) => formatNatsLine(line, { isVerbose }),
    removeLeftovers: natsServer.kind === 'docker' ? () => removeContainer(port) : async () => {},
  };
}

/** @param {StackSettings} settings @param {number} port @param {Surroundings} surroundings */
function planMock({ dataDir, host }, port, surroundings) {
  const url = urlOf(host, port);
  // The other processes call the controls at this host, which need not be loopback.
  const controlHosts = [surroundings.env['MOCK_CONTROL_HOSTS'], new URL(url).hostname].filter(Boolean);
  const own = {
    PORT: String(port),
    DATA_DIR: makeFolder(dataDir, 'mock'),
    MOCK_CONTROLS: 'on',
    MOCK_CONTROL_HOSTS: controlHosts.join(','),
    ...(surroundings.env['MOCK_PUBLIC_URL'] && { PUBLIC_URL: surroundings.env['MOCK_PUBLIC_URL'] }),
  };
  return planNode('mock', 'mock-auth-server/dist/main.js', own, `${url}/health`, surroundings);
}

/**
 * @param {string} name
 * @param {string} dataDir
 * @param {number} port
 * @param {StackSettings} settings
 * @param {Record<string, string>} broker
 * @param {Surroundings} surroundings
 */
function planServer(name, dataDir, port, { host, authServerUrl }, broker, surroundings) {
  const own = {
    PORT: String(port),
    DATA_DIR: makeFolder(dataDir, 'licensing'),
    AUTH_SERVER_URL: authServerUrl,
    // Its output is a pipe, for which the default is JSON.
    LOG_FORMAT: surroundings.env['LOG_FORMAT'] || 'pretty',
    ...broker,
  };
  return planNode(name, 'dist/main.js', own, `${urlOf(host, port)}/health/ready`, surroundings);
}

/**
 * Plans the registers. With the mock they log in with license tokens: the first with a token that the mock creates
 * immediately, the second (FLEET=on) with one that it acquires. Without the mock the register logs in with its password, if
 * there is one.
 * @param {StackSettings} settings
 * @param {Passwords | null} passwords
 * @param {Surroundings} surroundings
 * @returns {ProcessPlan[]}
 */
function planRegisters(settings, passwords, surroundings) {
  const { dataDir, host, licensing, mock, natsUrl, hub, authServerUrl } = settings;
  const { env } = surroundings;
  const plan = (/** @type {string} */ name, /** @type {Record<string, string>} */ settingsOfOne) => {
    const own = { DATA_DIR: makeFolder(dataDir, name), ...settingsOfOne };
    return planNode(name, 'client/dist/example-register.js', own, null, surroundings);
  };
  if (mock === null || passwords === null) {
    const password = passwords?.register ?? env['NATS_REGISTER_PASSWORD'];
    const user = passwords ? 'register' : env['NATS_REGISTER_USER'] || 'register';
    return password
      ? [plan('register', { NATS_URL: natsUrl, NATS_USER: user, NATS_PASSWORD: password })]
      : [];
  }
  const demo = { SERVER_URL: urlOf(host, licensing.port), MOCK_CONTROLS_URL: urlOf(host, mock.port) };
  const first = plan('register', demo);
  if (hub === null) return [first];
  return [first, plan('register2', { ...demo, AUTH_SERVER_URL: authServerUrl, DEVICE_ID: 'reg-1-2' })];
}

/**
 * @param {string} name
 * @param {string} script relative to the root
 * @param {Record<string, string>} own settings
 * @param {string | null} healthUrl `null` if it is healthy once it runs
 * @param {Surroundings} surroundings
 * @returns {ProcessPlan}
 */
function planNode(name, script, own, healthUrl, { rootDir, env, isColorful }) {
  const color = isColorful ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
  return {
    name,
    command: process.execPath,
    args: [join(rootDir, script)],
    env: shareEnvironment(env, name, { ...own, ...color }),
    cwd: rootDir,
    waitUntilHealthy: async (signal) => {
      if (healthUrl !== null) await waitUntilHealthy(() => answersOk(healthUrl), signal);
    },
    formatLine: (line) => line,
    removeLeftovers: async () => {},
  };
}

/** @param {string} dataDir @param {string} name */
function makeFolder(dataDir, name) {
  const folder = join(dataDir, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** @param {number} port */
async function removeContainer(port) {
  await run('docker', ['rm', '--force', containerName(port)]).catch(() => {});
}
