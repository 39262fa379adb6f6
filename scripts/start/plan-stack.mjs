import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { containerName, planNatsCommand } from '../nats/plan-nats-command.mjs';
import { createNatsPasswords } from './create-nats-passwords.mjs';
import { formatNatsLine } from './format-nats-line.mjs';
import { answersNats, answersOk, waitUntilHealthy } from './health.mjs';
import { reachable } from './reachable.mjs';
import { shareEnvironment } from './share-environment.mjs';

const run = promisify(execFile);

/**
 * @typedef {import('./child-process.mjs').ProcessPlan} ProcessPlan
 * @typedef {{ rootDir: string, env: NodeJS.ProcessEnv, isColorful: boolean }} Surroundings
 */

/**
 * Says how each process of the stack is started, and makes the folders and passwords that they find there.
 * @param {import('./read-settings.mjs').StackSettings} settings
 * @param {import('../find-nats.mjs').NatsServer | null} natsServer null: a broker that runs already is used
 * @param {Surroundings} surroundings
 * @returns {{ brokers: ProcessPlan[], servers: ProcessPlan[], mock: ProcessPlan | null, registers: ProcessPlan[] }}
 */
export function planStack(settings, natsServer, surroundings) {
  const { dataDir, mock, nats, natsUrl, hub } = settings;
  const passwords = nats && createNatsPasswords(join(dataDir, 'nats'));
  const store = { NATS_URL: natsUrl, ...(passwords && serviceLogins(passwords)), ...hubUrl(settings) };
  const broker = nats &&
    natsServer &&
    passwords && { name: 'nats', dataDir: join(dataDir, 'nats'), port: nats.port, passwords };
  const hubParts = hub && natsServer && planHub(settings, hub, natsServer, surroundings);
  return {
    brokers: [
      ...(broker && natsServer ? [planNats(broker, natsServer, surroundings)] : []),
      ...(hubParts ? [hubParts.broker] : []),
    ],
    mock: mock && planMock(settings, mock.port, surroundings),
    servers: [planLicensing(settings, store, surroundings), ...(hubParts ? [hubParts.server] : [])],
    registers: planRegisters(settings, passwords, surroundings),
  };
}

/**
 * The hub of FLEET=on: a server like the other, with a broker of its own.
 * @param {import('./read-settings.mjs').StackSettings} settings
 * @param {NonNullable<import('./read-settings.mjs').StackSettings['hub']>} hub
 * @param {import('../find-nats.mjs').NatsServer} natsServer
 * @param {Surroundings} surroundings
 */
function planHub(settings, hub, natsServer, surroundings) {
  const dataDir = join(settings.dataDir, 'hub');
  const passwords = createNatsPasswords(join(dataDir, 'nats'));
  const broker = { name: 'hub-nats', dataDir: join(dataDir, 'nats'), port: hub.nats.port, passwords };
  const own = {
    ...adminToken(surroundings.env),
    PORT: String(hub.licensing.port),
    DATA_DIR: makeFolder(dataDir, 'licensing'),
    AUTH_SERVER_URL: settings.authServerUrl,
    LOG_FORMAT: surroundings.env['LOG_FORMAT'] || 'pretty',
    NATS_URL: `nats://127.0.0.1:${hub.nats.port}`,
    ...serviceLogins(passwords),
  };
  const healthUrl = `http://${reachable(settings.host)}:${hub.licensing.port}/health/ready`;
  return {
    broker: planNats(broker, natsServer, surroundings),
    server: planNode('hub', 'dist/main.js', own, healthUrl, surroundings),
  };
}

/**
 * One admin token for both servers, if it was given; else each makes its own.
 * @param {NodeJS.ProcessEnv} env
 */
function adminToken(env) {
  const names = ['ADMIN_TOKEN', 'ADMIN_TOKEN_FILE'].filter((name) => env[name]);
  return Object.fromEntries(names.map((name) => [name, env[name] ?? '']));
}

/**
 * @param {import('./read-settings.mjs').StackSettings} settings
 * @returns {Record<string, string>}
 */
function hubUrl({ hub }) {
  return hub === null ? {} : { HUB_NATS_URL: `nats://127.0.0.1:${hub.nats.port}` };
}

/** @param {ReturnType<typeof createNatsPasswords>} passwords */
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
 * At a broker that is not ours, the register has an account only if we are told of one.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string> | null}
 */
function foreignRegister(env) {
  const password = env['NATS_REGISTER_PASSWORD'];
  return password ? userOf(env['NATS_REGISTER_USER'] || 'register', password) : null;
}

/** @param {string} user @param {string} password @returns {Record<string, string>} */
function userOf(user, password) {
  return { NATS_USER: user, NATS_PASSWORD: password };
}

/**
 * @param {{ name: string, dataDir: string, port: number, passwords: ReturnType<typeof createNatsPasswords> }} broker
 * @param {import('../find-nats.mjs').NatsServer} natsServer
 * @param {Surroundings} surroundings
 * @returns {ProcessPlan}
 */
function planNats({ name, dataDir, port, passwords }, natsServer, { rootDir, env }) {
  const host = '127.0.0.1';
  const configPath = join(rootDir, 'deploy/nats/store.conf');
  const storeDir = makeFolder(dataDir, 'store');
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

/**
 * @param {import('./read-settings.mjs').StackSettings} settings
 * @param {number} port
 * @param {Surroundings} surroundings
 */
function planMock({ dataDir, host }, port, surroundings) {
  const own = { PORT: String(port), DATA_DIR: makeFolder(dataDir, 'mock'), MOCK_CONTROLS: 'on' };
  const healthUrl = `http://${reachable(host)}:${port}/health`;
  return planNode('mock', 'mock-auth-server/dist/main.js', own, healthUrl, surroundings);
}

/**
 * @param {import('./read-settings.mjs').StackSettings} settings
 * @param {Record<string, string>} broker
 * @param {Surroundings} surroundings
 */
function planLicensing({ dataDir, host, licensing, authServerUrl }, broker, surroundings) {
  const own = {
    PORT: String(licensing.port),
    DATA_DIR: makeFolder(dataDir, 'licensing'),
    AUTH_SERVER_URL: authServerUrl,
    // On a pipe it would write JSON, and a person is reading.
    LOG_FORMAT: surroundings.env['LOG_FORMAT'] || 'pretty',
    ...broker,
  };
  const healthUrl = `http://${reachable(host)}:${licensing.port}/health/ready`;
  return planNode('licensing', 'dist/main.js', own, healthUrl, surroundings);
}

/**
 * With the mock they log in with license tokens: the first with one that the mock makes at once, the second of FLEET=on
 * with one that it acquires as a register does. Without it the register is a user of the broker, if it has one there.
 * @param {import('./read-settings.mjs').StackSettings} settings
 * @param {ReturnType<typeof createNatsPasswords> | null} passwords
 * @param {Surroundings} surroundings
 * @returns {ProcessPlan[]}
 */
function planRegisters(settings, passwords, surroundings) {
  const { dataDir, host, licensing, mock, natsUrl, hub, authServerUrl } = settings;
  const plan = (/** @type {string} */ name, /** @type {Record<string, string>} */ own) =>
    planNode(
      name,
      'client/dist/example-register.js',
      { DATA_DIR: makeFolder(dataDir, name), ...own },
      null,
      surroundings,
    );
  if (mock === null || passwords === null) {
    const user = passwords ? userOf('register', passwords.register) : foreignRegister(surroundings.env);
    return user === null ? [] : [plan('register', { NATS_URL: natsUrl, ...user })];
  }
  const demo = {
    SERVER_URL: `http://${reachable(host)}:${licensing.port}`,
    MOCK_CONTROLS_URL: `http://${reachable(host)}:${mock.port}`,
  };
  const first = plan('register', demo);
  if (hub === null) return [first];
  return [first, plan('register2', { ...demo, AUTH_SERVER_URL: authServerUrl, DEVICE_ID: 'reg-1-2' })];
}

/**
 * @param {string} name
 * @param {string} script relative to the root
 * @param {Record<string, string>} own settings
 * @param {string | null} healthUrl null: it is healthy when it is there
 * @param {Surroundings} surroundings
 * @returns {ProcessPlan}
 */
function planNode(name, script, own, healthUrl, { rootDir, env, isColorful }) {
  return {
    name,
    command: process.execPath,
    args: [join(rootDir, script)],
    env: {
      ...shareEnvironment(env, name),
      ...own,
      ...(isColorful ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
    },
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
