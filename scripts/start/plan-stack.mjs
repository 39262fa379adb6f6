import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { containerName, planNatsCommand } from '../nats/plan-nats-command.mjs';
import { createNatsPasswords } from './create-nats-passwords.mjs';
import { formatNatsLine } from './format-nats-line.mjs';
import { answersNats, answersOk, waitUntilHealthy } from './health.mjs';
import { shareEnvironment } from './share-environment.mjs';

const run = promisify(execFile);

/**
 * @typedef {import('./supervised-process.mjs').ProcessPlan} ProcessPlan
 * @typedef {{ rootDir: string, env: NodeJS.ProcessEnv, isColorful: boolean }} Surroundings
 */

/**
 * Says how each process of the stack is started, and makes the folders and passwords that they find there.
 * @param {import('./read-settings.mjs').StackSettings} settings
 * @param {import('../find-nats.mjs').NatsServer | null} natsServer null: a broker that runs already is used
 * @param {Surroundings} surroundings
 * @returns {{ nats: ProcessPlan | null, mock: ProcessPlan | null, licensing: ProcessPlan, register: ProcessPlan | null }}
 */
export function planStack(settings, natsServer, surroundings) {
  const { dataDir, mock, nats, natsUrl } = settings;
  const passwords = nats && createNatsPasswords(join(dataDir, 'nats'));
  const service = passwords && serviceLogins(passwords);
  const register = passwords
    ? { NATS_USER: 'register', NATS_PASSWORD: passwords.register }
    : foreignRegister(surroundings.env);
  return {
    nats:
      nats && natsServer && passwords && planNats(dataDir, nats.port, natsServer, passwords, surroundings),
    mock: mock && planMock(settings, mock.port, surroundings),
    licensing: planLicensing(settings, { NATS_URL: natsUrl, ...service }, surroundings),
    register: register && planRegister(settings, { NATS_URL: natsUrl, ...register }, surroundings),
  };
}

/** @param {ReturnType<typeof createNatsPasswords>} passwords */
function serviceLogins({ licensing, callout, issuerSeed, sys }) {
  return {
    NATS_USER: 'licensing',
    NATS_PASSWORD: licensing,
    NATS_CALLOUT_USER: 'callout',
    NATS_CALLOUT_PASSWORD: callout,
    NATS_ISSUER_SEED: issuerSeed,
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
  return password ? { NATS_USER: env['NATS_REGISTER_USER'] || 'register', NATS_PASSWORD: password } : null;
}

/**
 * @param {string} dataDir
 * @param {number} port
 * @param {import('../find-nats.mjs').NatsServer} natsServer
 * @param {ReturnType<typeof createNatsPasswords>} passwords
 * @param {Surroundings} surroundings
 * @returns {ProcessPlan}
 */
function planNats(dataDir, port, natsServer, passwords, { rootDir, env }) {
  const host = '127.0.0.1';
  const configPath = join(rootDir, 'deploy/nats/store.conf');
  const storeDir = makeFolder(dataDir, 'nats/store');
  const isVerbose = /^(debug|verbose|trace)$/.test(env['LOG_LEVEL'] ?? '');
  return {
    name: 'nats',
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
 * @param {import('./read-settings.mjs').StackSettings} settings
 * @param {Record<string, string>} broker
 * @param {Surroundings} surroundings
 */
function planRegister({ dataDir }, broker, surroundings) {
  const own = { DATA_DIR: makeFolder(dataDir, 'register'), ...broker };
  return planNode('register', 'client/dist/example-register.js', own, null, surroundings);
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

/** @param {string} host an address to listen on, of which some cannot be connected to */
function reachable(host) {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}

/** @param {number} port */
async function removeContainer(port) {
  await run('docker', ['rm', '--force', containerName(port)]).catch(() => {});
}
