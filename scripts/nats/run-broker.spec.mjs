import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { createAccount, createCurve } from '@nats-io/nkeys';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findNatsServer } from '../find-nats.mjs';

const run = promisify(execFile);
const script = join(import.meta.dirname, '../../deploy/nats/run-broker.sh');
const secrets = [
  'licensing-password',
  'register-password',
  'sys-password',
  'callout-password',
  'route-password',
];

const issuer = createAccount().getPublicKey();
const xkey = createCurve().getPublicKey();
/** @type {string} */
let folder;
/** Empty if there is only a container. */
let realServer = '';

beforeAll(async () => {
  const server = await findNatsServer();
  realServer = server.kind === 'binary' ? server.path : '';
  folder = mkdtempSync(join(tmpdir(), 'run-broker-'));
  // NATS parses such a value as a number, unless it is in quotes.
  for (const name of secrets) writeFileSync(join(folder, name), `1e5-${name}\n`);
  writeFileSync(join(folder, 'issuer'), `${issuer}\n`);
  writeFileSync(join(folder, 'xkey'), `${xkey}\n`);
  // Prints its command line and its environment, and checks the configuration.
  const fakeServer = '#!/bin/sh\necho "$@"\nenv\n[ -z "$REAL" ] || exec "$REAL" -t "$@" 2>&1\n';
  writeFileSync(join(folder, 'nats-server'), fakeServer, { mode: 0o755 });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @param {Record<string, string>} environment @returns {Promise<string[]>} the command line, then the environment */
async function startBroker(environment) {
  const PATH = `${folder}${delimiter}${process.env['PATH']}`;
  const env = {
    PATH,
    REAL: realServer,
    CREDENTIALS_DIRECTORY: folder,
    STATE_DIRECTORY: '/state',
    ...environment,
  };
  const { stdout } = await run('/bin/sh', [script], { env });
  if (realServer) expect(stdout).toMatch(/configuration file .* is valid/);
  return stdout.split('\n');
}

it('run-broker.sh passes each secret to the broker in quotes, and none on the command line', async () => {
  const [command, ...variables] = await startBroker({});
  expect(command).toMatch(/^-c .*\/deploy\/nats\/container\.conf$/);
  expect(variables).toEqual(
    expect.arrayContaining([
      'NATS_LICENSING_PASSWORD="1e5-licensing-password"',
      'NATS_REGISTER_PASSWORD="1e5-register-password"',
      'NATS_SYS_PASSWORD="1e5-sys-password"',
      'NATS_CALLOUT_PASSWORD="1e5-callout-password"',
      `NATS_CALLOUT_ISSUER="${issuer}"`,
      `NATS_CALLOUT_XKEY="${xkey}"`,
      'NATS_HOST="0.0.0.0"',
      'NATS_STORE_DIR="/state"',
    ]),
  );
});

it('run-broker.sh starts a store broker on a server without containers', async () => {
  const [command, ...variables] = await startBroker({
    NATS_CONFIG: 'store.conf',
    NATS_LISTEN_HOST: '127.0.0.1',
  });
  expect(command).toMatch(/\/store\.conf$/);
  expect(variables).toContain('NATS_HOST="127.0.0.1"');
});

it('run-broker.sh starts a broker of a cluster if the environment names the others', async () => {
  const [command, ...variables] = await startBroker({ NATS_ROUTE_HOSTS: 'nats-0.brokers nats-1.brokers' });
  expect(command).toMatch(/\/cluster-container\.conf$/);
  expect(variables).toEqual(
    expect.arrayContaining([
      `NATS_SERVER_NAME="${hostname()}"`,
      'NATS_ROUTE_PASSWORD="1e5-route-password"',
      'NATS_ROUTES=["nats://route:1e5-route-password@nats-0.brokers:6222","nats://route:1e5-route-password@nats-1.brokers:6222"]',
    ]),
  );
});

it('run-broker.sh starts a broker of a cluster with TLS for clients if the environment names a certificate', async () => {
  const certificate = join(folder, 'tls.crt');
  const key = join(folder, 'tls.key');
  const args = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-noenc',
    '-subj',
    '/CN=nats',
  ];
  await run('openssl', [...args, '-keyout', key, '-out', certificate]);
  const environment = { NATS_ROUTE_HOSTS: 'nats-0.brokers', NATS_TLS_CERT: certificate, NATS_TLS_KEY: key };
  const [command] = await startBroker(environment);
  expect(command).toMatch(/\/cluster-container-tls\.conf$/);
});
