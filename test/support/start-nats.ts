import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAccount, createCurve, type KeyPair } from '@nats-io/nkeys';
import { findNatsServer } from '../../scripts/find-nats.mjs';
import { containerName, planNatsCommand, type NatsSettings } from '../../scripts/nats/plan-nats-command.mjs';
import { expectNoSecretsInLog, noteSecret } from './secret-scanner.js';
import type { ServerCertificate } from './certificate-authority.js';
import { findFreePort } from './find-free-port.js';

const run = promisify(execFile);

const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 10_000;

export interface NatsUser {
  user: string;
  password: string;
}

/** A real broker with the configuration of a store. */
export interface TestNats {
  url: string;
  port: number;
  storeDir: string;
  serviceUser: NatsUser;
  registerUser: NatsUser;
  sysUser: NatsUser;
  calloutUser: NatsUser;
  /** The seed that signs admitted users. The broker knows its public key. */
  issuerSeed: string;
  /** The seed that decrypts callout requests. */
  xkeySeed: string;
  /** Stops it in order and removes its store folder, unless the caller provided the folder. Idempotent. */
  stop(): Promise<void>;
  /** Kills it with SIGKILL, as a power cut would. The store folder stays. */
  kill(): Promise<void>;
  /** Starts it again with the same port, store and passwords. A running broker is stopped first. */
  restart(): Promise<void>;
}

export interface StartNatsOptions {
  /** The default is a free port. */
  port?: number;
  /** The default is a temporary folder. */
  storeDir?: string;
  /** The default is the configuration of a store. */
  configPath?: string;
  /** Makes it a member of a cluster. */
  cluster?: ClusterMember;
  /** Makes it accept only TLS. */
  certificate?: ServerCertificate;
}

/** The common settings of the brokers of a cluster, and those of one member. */
export interface ClusterMember {
  readonly account: KeyPair;
  readonly curve: KeyPair;
  readonly passwords: Readonly<Record<'licensing' | 'register' | 'sys' | 'callout' | 'route', string>>;
  readonly name: string;
  readonly routePort: number;
  /** The route ports of all members. */
  readonly routePorts: readonly number[];
}

let foundServer: ReturnType<typeof findNatsServer> | undefined;

/** Starts a broker on loopback and resolves when it answers. */
export async function startNats(options: StartNatsOptions = {}): Promise<TestNats> {
  foundServer ??= findNatsServer();
  const server = await foundServer;
  const port = options.port ?? (await findFreePort());
  const storeDir = options.storeDir ?? (await mkdtemp(join(tmpdir(), 'pos-nats-')));
  await mkdir(storeDir, { recursive: true });
  const { cluster, certificate } = options;
  const account = cluster?.account ?? createAccount();
  const curve = cluster?.curve ?? createCurve();
  const passwords = {
    licensing: newPassword(),
    register: newPassword(),
    sys: newPassword(),
    callout: newPassword(),
    ...cluster?.passwords,
    issuer: account.getPublicKey(),
    xkey: curve.getPublicKey(),
  };
  const configPath =
    options.configPath ?? join(import.meta.dirname, `../../deploy/nats/${configOf(options)}`);
  const settings: NatsSettings = { configPath, host: HOST, port, storeDir, passwords };
  const plan = planNatsCommand(server, settings);
  if (cluster) Object.assign(plan.env, clusterEnvironment(cluster));
  const tlsDir = certificate && (await mkdtemp(join(tmpdir(), 'pos-nats-tls-')));
  if (tlsDir) Object.assign(plan.env, await tlsEnvironment(certificate, tlsDir));
  const issuerSeed = new TextDecoder().decode(account.getSeed());
  noteSecret('the seed that signs admitted users', issuerSeed);
  const xkeySeed = new TextDecoder().decode(curve.getSeed());
  noteSecret('the seed that decrypts callout requests', xkeySeed);
  const log: string[] = [];
  let broker = await startBroker(plan, port, log);

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    // A killed `docker run` leaves its container running.
    if (signal === 'SIGKILL' && server.kind === 'docker') await run('docker', ['kill', containerName(port)]);
    await endProcess(broker, signal);
  }

  return {
    url: `${certificate ? 'tls' : 'nats'}://${HOST}:${port}`,
    port,
    storeDir,
    serviceUser: { user: 'licensing', password: passwords.licensing },
    registerUser: { user: 'register', password: passwords.register },
    sysUser: { user: 'sys', password: passwords.sys },
    calloutUser: { user: 'callout', password: passwords.callout },
    issuerSeed,
    xkeySeed,
    async stop() {
      await end('SIGTERM');
      if (options.storeDir === undefined) await rm(storeDir, { recursive: true, force: true });
      if (tlsDir) await rm(tlsDir, { recursive: true, force: true });
      expectNoSecretsInLog('The log of the broker', log.join(''));
    },
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      broker = await startBroker(plan, port, log);
    },
  };
}

function configOf({ cluster, certificate }: StartNatsOptions): string {
  if (cluster) return 'cluster.conf';
  return certificate ? 'store-tls.conf' : 'store.conf';
}

async function tlsEnvironment(
  { cert, key }: ServerCertificate,
  folder: string,
): Promise<Record<string, string>> {
  const [certPath, keyPath] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await writeFile(certPath, cert);
  await writeFile(keyPath, key, { mode: 0o600 });
  return { NATS_TLS_CERT: JSON.stringify(certPath), NATS_TLS_KEY: JSON.stringify(keyPath) };
}

function clusterEnvironment({
  name,
  passwords,
  routePort,
  routePorts,
}: ClusterMember): Record<string, string> {
  const routes = routePorts.map((port) => `nats://route:${passwords.route}@${HOST}:${port}`);
  return {
    NATS_SERVER_NAME: JSON.stringify(name),
    NATS_CLUSTER_HOST: JSON.stringify(HOST),
    NATS_CLUSTER_PORT: String(routePort),
    NATS_ROUTE_PASSWORD: JSON.stringify(passwords.route),
    NATS_ROUTES: JSON.stringify(routes),
  };
}

async function startBroker(
  plan: ReturnType<typeof planNatsCommand>,
  port: number,
  log: string[],
): Promise<ChildProcess> {
  const broker = spawn(plan.command, plan.args, { env: plan.env, stdio: ['ignore', 'ignore', 'pipe'] });
  broker.stderr.setEncoding('utf8').on('data', (text: string) => log.push(text));
  const killWithTests = (): boolean => broker.kill('SIGKILL');
  process.once('exit', killWithTests);
  broker.once('exit', () => process.off('exit', killWithTests));

  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answersInfo(port))) {
    if (hasEnded(broker) || Date.now() > deadline) {
      await endProcess(broker, 'SIGKILL');
      throw new Error(
        `The NATS broker for the test did not start on port ${port}:\n${log.join('').slice(-4_000)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return broker;
}

/** Returns whether the port answers with an INFO line, which a broker sends to each new connection. */
async function answersInfo(port: number): Promise<boolean> {
  const socket = connect({ host: HOST, port });
  try {
    const [greeting]: unknown[] = await once(socket, 'data', { signal: AbortSignal.timeout(1_000) });
    return String(greeting).startsWith('INFO ');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function endProcess(broker: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(broker)) return;
  const exited = once(broker, 'exit');
  broker.kill(signal);
  const timer = setTimeout(() => broker.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function newPassword(): string {
  const password = `p${randomBytes(24).toString('base64url')}`;
  noteSecret('a password of the broker', password);
  return password;
}
