import { basename, dirname } from 'node:path';

/**
 * @typedef {object} NatsSettings
 * @property {string} configPath a file of deploy/nats
 * @property {string} host
 * @property {number} port
 * @property {string} storeDir exists
 * @property {{ licensing: string, register: string, sys: string, callout?: string, issuer?: string, xkey?: string }} passwords
 *   `callout`, `issuer` and `xkey` for a configuration with auth callout
 */

/**
 * Returns the command of a broker, as a binary or as a container. No password is on the command line.
 * @param {import('../find-nats.mjs').NatsServer} server
 * @param {NatsSettings} settings
 * @returns {{ command: string, args: string[], env: Record<string, string> }}
 */
export function planNatsCommand(server, settings) {
  return server.kind === 'binary' ? planBinary(server.path, settings) : planContainer(server.image, settings);
}

/** @param {string} path @param {NatsSettings} settings */
function planBinary(path, settings) {
  const env = environmentOf(settings.host, settings.port, settings.storeDir, settings.passwords);
  return { command: path, args: ['-c', settings.configPath], env };
}

/** @param {string} image @param {NatsSettings} settings */
function planContainer(image, settings) {
  const { host, port, configPath, storeDir } = settings;
  const env = environmentOf('0.0.0.0', port, '/data', settings.passwords);
  const names = Object.keys(env).flatMap((name) => ['--env', name]);
  // The files in the store folder belong to the user of this process.
  const user = process.getuid && process.getgid ? ['--user', `${process.getuid()}:${process.getgid()}`] : [];
  const volumes = ['--volume', `${dirname(configPath)}:/config:ro`, '--volume', `${storeDir}:/data`];
  const place = ['--name', containerName(port), '--publish', `${host}:${port}:${port}`];
  const args = ['run', '--rm', '--init', ...place, ...user, ...volumes, ...names];
  args.push(image, '-c', `/config/${basename(configPath)}`);
  return { command: 'docker', args, env: { ...dockerEnvironment(), ...env } };
}

/** Names the container, which must be removed if `docker run` is killed. @param {number} port */
export function containerName(port) {
  return `pos-licensing-nats-${port}`;
}

/**
 * Quotes the values, because NATS parses a value of the environment like one in its configuration file.
 * @param {string} host
 * @param {number} port
 * @param {string} storeDir
 * @param {NatsSettings['passwords']} passwords
 * @returns {Record<string, string>}
 */
function environmentOf(host, port, storeDir, passwords) {
  return {
    NATS_HOST: JSON.stringify(host),
    NATS_PORT: String(port),
    NATS_STORE_DIR: JSON.stringify(storeDir),
    NATS_LICENSING_PASSWORD: JSON.stringify(passwords.licensing),
    NATS_REGISTER_PASSWORD: JSON.stringify(passwords.register),
    NATS_SYS_PASSWORD: JSON.stringify(passwords.sys),
    NATS_CALLOUT_PASSWORD: JSON.stringify(passwords.callout ?? ''),
    NATS_CALLOUT_ISSUER: JSON.stringify(passwords.issuer ?? ''),
    NATS_CALLOUT_XKEY: JSON.stringify(passwords.xkey ?? ''),
  };
}

function dockerEnvironment() {
  const names = Object.keys(process.env).filter(
    (name) => name === 'PATH' || name === 'HOME' || name.startsWith('DOCKER_'),
  );
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}
