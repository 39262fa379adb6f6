import { randomBytes } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { createAccount, createCurve } from '@nats-io/nkeys';
import { connect } from '@nats-io/transport-node';
import { findFreePort } from './find-free-port.js';
import { startNats, type TestNats } from './start-nats.js';

const maxTries = 3;
const maxRequests = 8;
const names = ['broker-1', 'broker-2', 'broker-3'] as const;

/** Three real brokers that replicate one stream. */
export interface TestNatsCluster {
  /** The brokers by their names in the cluster. */
  readonly brokers: ReadonlyMap<string, TestNats>;
  /** The URLs of all brokers, as in NATS_URL. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts three brokers on loopback that find each other. */
export async function startNatsCluster(): Promise<TestNatsCluster> {
  const account = createAccount();
  const curve = createCurve();
  const passwords = {
    licensing: newPassword(),
    register: newPassword(),
    sys: newPassword(),
    callout: newPassword(),
    route: newPassword(),
  };
  const routePorts = await Promise.all(names.map(() => findFreePort()));
  const started: [string, TestNats][] = [];
  // One after the other: with concurrent starts, about one in ten clusters elects a leader that does not answer (NATS
  // 2.15) until a restart.
  for (const [index, name] of names.entries()) {
    const cluster = { account, curve, passwords, name, routePort: routePorts[index] ?? 0, routePorts };
    started.push([name, await startNats({ cluster })]);
  }
  const brokers = new Map(started);
  const url = started.map(([, broker]) => broker.url).join(',');
  for (let tries = 0; tries < maxTries && !(await answers(url, passwords.licensing)); tries += 1) {
    for (const broker of brokers.values()) await broker.restart();
  }
  return {
    brokers,
    url,
    stop: async () => {
      await Promise.all([...brokers.values()].map((broker) => broker.stop()));
    },
  };
}

/** Returns whether the leader of the cluster answers. A request before the election is lost. */
async function answers(url: string, password: string): Promise<boolean> {
  const connection = await connect({ servers: url.split(','), user: 'licensing', pass: password });
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: 1_000 });
  let isAnswered = false;
  for (let requests = 0; requests < maxRequests && !isAnswered; requests += 1) {
    isAnswered = await manager.getAccountInfo().then(
      () => true,
      () => false,
    );
  }
  await connection.close();
  return isAnswered;
}

function newPassword(): string {
  return `p${randomBytes(24).toString('base64url')}`;
}
