import { randomBytes } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { createAccount } from '@nats-io/nkeys';
import { connect } from '@nats-io/transport-node';
import { findFreePort } from './find-free-port.js';
import { startNats, type TestNats } from './start-nats.js';

const maxTries = 3;
const maxRequests = 8;
const names = ['broker-1', 'broker-2', 'broker-3'] as const;

/** Three real brokers that keep one stream together. */
export interface TestNatsCluster {
  /** Each by its name, as the cluster speaks of it. */
  readonly brokers: ReadonlyMap<string, TestNats>;
  /** All of them, as NATS_URL takes them. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts three brokers on loopback; they find each other while they run. */
export async function startNatsCluster(): Promise<TestNatsCluster> {
  const account = createAccount();
  const passwords = {
    licensing: newPassword(),
    register: newPassword(),
    sys: newPassword(),
    callout: newPassword(),
    route: newPassword(),
  };
  const routePorts = await Promise.all(names.map(() => findFreePort()));
  const started: [string, TestNats][] = [];
  // One after the other: of clusters that start in one moment, about one in ten elects a leader that answers nothing
  // (NATS 2.15); a restart heals that.
  for (const [index, name] of names.entries()) {
    const cluster = { account, passwords, name, routePort: routePorts[index] ?? 0, routePorts };
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

/** Whether the leader of the cluster answers: before one is elected, a request is lost. */
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
