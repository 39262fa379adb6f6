import { randomBytes } from 'node:crypto';
import { createAccount } from '@nats-io/nkeys';
import { findFreePort } from './find-free-port.js';
import { startNats, type TestNats } from './start-nats.js';

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
  const started = await Promise.all(
    names.map(async (name, index) => {
      const cluster = { account, passwords, name, routePort: routePorts[index] ?? 0, routePorts };
      return [name, await startNats({ cluster })] as const;
    }),
  );
  const brokers = new Map(started);
  return {
    brokers,
    url: started.map(([, { url }]) => url).join(','),
    stop: async () => {
      await Promise.all([...brokers.values()].map((broker) => broker.stop()));
    },
  };
}

function newPassword(): string {
  return `p${randomBytes(24).toString('base64url')}`;
}
