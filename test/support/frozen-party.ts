import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerEnvironment } from './broker-environment.js';
import { createDatabase, isOnPostgres } from './create-database.js';
import { findFreePort } from './find-free-port.js';
import { type FreezableLink, startFreezableLink } from './freezable-link.js';
import { startApp } from './start-app.js';
import { startForwardProxy } from './start-forward-proxy.js';
import { startMock } from './start-mock.js';
import { startNats } from './start-nats.js';
import type { StartProcessOptions } from './start-process.js';

export type Party = 'broker' | 'hub' | 'database' | 'Authorization server' | 'proxy' | 'log reader';

/** What surrounds a service, with one party that can fall silent while its connections stay open. */
export async function startSurroundings(party: Party) {
  const ends: (() => unknown)[] = [];
  const environment: Record<string, string> = {};
  let freeze: (() => void) | null = null;
  let frozenLink: FreezableLink | null = null;

  /** Returns the port of a link to a server, which `freeze` silences if the server is the party. */
  async function linkTo(port: number, server: Party): Promise<number> {
    if (server !== party) return port;
    const link = await startFreezableLink(port);
    frozenLink = link;
    freeze = () => link.freeze();
    ends.push(() => link.close());
    return link.port;
  }

  const mockPort = await findFreePort();
  const issuerUrl =
    party === 'proxy'
      ? 'http://authorization-server.example'
      : `http://127.0.0.1:${await linkTo(mockPort, 'Authorization server')}`;
  const [mock, nats] = await Promise.all([startMock({ port: mockPort, issuerUrl }), startNats()]);
  ends.push(
    () => mock.stop(),
    () => nats.stop(),
  );
  Object.assign(environment, brokerEnvironment(nats), {
    NATS_URL: `nats://127.0.0.1:${await linkTo(nats.port, 'broker')}`,
  });
  if (party === 'proxy') {
    const proxy = await startForwardProxy(mockPort);
    ends.push(() => proxy.stop());
    const port = await linkTo(Number(new URL(proxy.url).port), 'proxy');
    Object.assign(environment, { HTTP_PROXY: `http://127.0.0.1:${port}`, ALLOW_INSECURE_AUTH_SERVER: 'on' });
  }
  if (party === 'hub') {
    const hubNats = await startNats();
    const hub = await startApp({ mock, nats: hubNats });
    await hub.acquire(mock, 'srv-hub');
    ends.push(
      () => hubNats.stop(),
      () => hub.stop(),
    );
    environment['HUB_NATS_URL'] = `nats://127.0.0.1:${await linkTo(hubNats.port, 'hub')}`;
  }
  if (isOnPostgres) {
    const url = new URL(await createDatabase());
    url.port = String(await linkTo(Number(url.port), 'database'));
    environment['DATABASE_URL'] = url.href;
  }
  let logTo: number | undefined;
  if (party === 'log reader') {
    const pipe = await createPipe();
    environment['PORT'] = String(await findFreePort());
    logTo = pipe.descriptor;
    freeze = pipe.fill;
    ends.push(pipe.close);
  }
  const options: StartProcessOptions = { mock, environment, ...(logTo !== undefined && { logTo }) };
  return {
    mock,
    nats,
    options,
    freeze: () => {
      if (freeze === null) throw new Error(`Nothing can freeze the ${party}.`);
      freeze();
    },
    /** Resolves once the frozen party withholds bytes. A full pipe withholds every line of the log. */
    untilHeld: async () => {
      if (frozenLink !== null) await once(frozenLink.events, 'held', { signal: AbortSignal.timeout(10_000) });
    },
    close: async () => {
      for (const end of ends.toReversed()) await end();
    },
  };
}

/** Creates a pipe whose reader reads nothing. Once it is full, every write to it waits. */
async function createPipe() {
  const folder = await mkdtemp(join(tmpdir(), 'pipe-'));
  const path = join(folder, 'log');
  execFileSync('mkfifo', [path]);
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const fillWith = (text: string): void => {
    for (;;) {
      try {
        writeSync(descriptor, text);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return;
        throw error;
      }
    }
  };
  return {
    descriptor,
    fill: () => {
      fillWith('.'.repeat(4096));
      fillWith('.');
    },
    close: async () => {
      closeSync(descriptor);
      await rm(folder, { recursive: true });
    },
  };
}
