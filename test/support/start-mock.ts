import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMockServer, type MockServerOptions } from '../../mock-auth-server/src/server.js';
import { expectNoSecretsInLog, noteSecret } from './secret-scanner.js';
import type { FakeClock } from './fake-clock.js';

/** The bundled Authorization server, in this process and on a free port, with its controls. */
export interface TestMock {
  readonly url: string;
  /** The clock that it goes by, and every service that `startApp` starts with it; null: the real one. */
  readonly clock: FakeClock | null;
  /** Calls a control of the contract, such as `POST /mock/approve`. @throws if it is refused */
  control(method: string, path: string, body?: object): Promise<unknown>;
  /** Authorizes a device as a person would. */
  approve(userCode: string, deviceId?: string): Promise<void>;
  stop(): Promise<void>;
}

export interface StartMockOptions extends Partial<Omit<MockServerOptions, 'now'>> {
  /** Default: the real clock. */
  readonly clock?: FakeClock;
  /** A function that replaces the time of the mock alone would leave the service on another clock. */
  readonly now?: never;
}

/** The clocks of the mocks that run in this process, by their issuer. */
const clocks = new Map<string, FakeClock | null>();

/**
 * Returns the clock that a service of this issuer has to go by, which is that of the mock: `clock`, if the issuer is no mock
 * of this process.
 * @throws where the service would go by another clock than its Authorization server
 */
export function sharedClock(issuer: URL, clock: FakeClock | null): FakeClock | null {
  const ofMock = clocks.get(issuer.origin);
  if (ofMock === undefined) return clock;
  if (clock !== null && clock !== ofMock) {
    throw new Error(
      'The service and the mock Authorization server would go by two clocks. Give the clock to the mock, as in ' +
        'startMock({ clock }), and only the mock to the service, as in startApp({ mock }).',
    );
  }
  return ofMock;
}

/** By the real clock, each acquisition waits for it (RFC 8628 section 3.5); a clock of the test only moves on. */
const realPollIntervalSeconds = 0.05;

/** Starts the mock on its own data folder. */
export async function startMock({ clock, now, ...options }: StartMockOptions = {}): Promise<TestMock> {
  if (now !== undefined)
    throw new Error('The mock takes a clock, as in startMock({ clock }), and no function.');
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'mock-auth-server-')));
  const log: string[] = [];
  const server = await createMockServer({
    port: 0,
    hasMockControls: true,
    pollIntervalSeconds: clock === undefined ? realPollIntervalSeconds : 1,
    ...options,
    ...(clock && { now: () => clock.now() }),
    dataDir,
    log: (line) => {
      log.push(line);
      options.log?.(line);
    },
  });
  const url = await server.listen();
  clocks.set(new URL(url).origin, clock ?? null);
  // Not by the issuer, which may be at the far end of a network that only the service has to cross.
  const controlUrl = options.port === undefined ? url : `http://127.0.0.1:${options.port}`;
  const control = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(new URL(path, controlUrl), {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    const answer = text === '' ? null : (JSON.parse(text) as { token?: string } | null);
    noteSecret('the license token of a peer', answer?.token);
    return answer;
  };
  return {
    url,
    clock: clock ?? null,
    control,
    approve: async (userCode, deviceId = 'srv-store-1') => {
      await control('POST', '/mock/approve', { userCode, deviceId });
    },
    stop: async () => {
      await server.close();
      clocks.delete(new URL(url).origin);
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
      expectNoSecretsInLog('The log of the mock', log.join('\n'));
    },
  };
}
