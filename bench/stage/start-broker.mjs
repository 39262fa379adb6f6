import { join } from 'node:path';
import { findNatsServer } from '../../scripts/find-nats.mjs';
import { planNatsCommand } from '../../scripts/nats/plan-nats-command.mjs';
import { createNatsPasswords } from '../../scripts/start/create-nats-passwords.mjs';
import { answersNats } from '../../scripts/start/health.mjs';
import { startProcess } from './child-process.mjs';
import { findFreePort } from './find-free-port.mjs';
import { rootDir } from './root-dir.mjs';

const host = '127.0.0.1';

/**
 * @typedef {object} Broker
 * @property {string} url
 * @property {ReturnType<typeof createNatsPasswords>} passwords
 * @property {Record<string, string>} environment what the licensing service is told of it
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a broker with the configuration that a store has.
 * @param {string} dataDir
 * @returns {Promise<Broker>}
 */
export async function startBroker(dataDir) {
  const server = await findNatsServer();
  const port = await findFreePort();
  const passwords = createNatsPasswords(dataDir);
  const configPath = join(rootDir, 'deploy/nats/store.conf');
  const plan = planNatsCommand(server, { configPath, host, port, storeDir: dataDir, passwords });
  const broker = await startProcess({ ...plan, isReady: () => answersNats(host, port) });
  const url = `nats://${host}:${port}`;
  return {
    url,
    passwords,
    environment: {
      NATS_URL: url,
      NATS_USER: 'licensing',
      NATS_PASSWORD: passwords.licensing,
      NATS_CALLOUT_USER: 'callout',
      NATS_CALLOUT_PASSWORD: passwords.callout,
      NATS_ISSUER_SEED: passwords.issuerSeed,
      NATS_CALLOUT_XKEY_SEED: passwords.xkeySeed,
      NATS_SYS_USER: 'sys',
      NATS_SYS_PASSWORD: passwords.sys,
    },
    stop: () => broker.stop(),
  };
}
