import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMockServer, type MockServerOptions } from '../../mock-auth-server/src/server.js';
import { expectNoSecretsInLog, noteSecret } from './secret-scanner.js';
import type { FakeClock } from './fake-clock.js';

/** The bundled Authorization server in this process, on a free port and with its controls. */
export interface TestMock {
  readonly url: string;
  /** Its clock, which every service of `startApp` with this mock shares; `null` for the real one. */
  readonly clock: FakeClock | null;
  /** Calls a control of the contract, such as `POST /mock/approve`. @throws if it is refused */
  control(method: string, path: string, body?: object): Promise<unknown>;
  /** Issues a license token to a device without a person. `options` are those of the contract, such as `dpopJwk`. */
  issueToken(deviceId: string, options?: object): Promise<string>;
  /** Authorizes a device as a person would. */
  approve(userCode: string, deviceId?: string): Promise<void>;
  stop(): Promise<void>;
}

export interface StartMockOptions extends Partial<Omit<MockServerOptions, 'now'>> {
  /** The default is the real clock. */
  readonly clock?: FakeClock;
  /** A function that replaces only the time of the mock would leave the service on another clock. */
  readonly now?: never;
}

/** The clocks of the mocks in this process, by their issuer. */
const clocks = new Map<string, FakeClock | null>();

/**
 * Returns the clock for a service of this issuer: that of the mock, or `clock` if the issuer is not a mock of this
 * process.
 * @throws if the service would use another clock than its Authorization server
 */
export function sharedClock(issuer: URL, clock: FakeClock | null): FakeClock | null {
  const ofMock = clocks.get(issuer.origin);
  if (ofMock === undefined) return clock;
  if (clock !== null && clock !== ofMock) {
    throw new Error(
      'The service and the mock Authorization server would use two clocks. Give the clock to the mock, as in ' +
        'startMock({ clock }), and only the mock to the service, as in startApp({ mock }).',
    );
  }
  return ofMock;
}

/** With the real clock, each acquisition waits for this interval (RFC 8628 section 3.5). A test clock only advances. */
const realPollIntervalSeconds = 0.05;

/** Starts the mock with its own data folder. */
export async function startMock({ clock, now, ...options }: StartMockOptions = {}): Promise<TestMock> {
  if (now !== undefined)
    throw new Error('The mock takes a clock, as in startMock({ clock }), not a function.');
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
  // Not the issuer, because its URL may lead through a network that only the service uses.
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
    issueToken: async (deviceId, more = {}) => {
      const answer = await control('POST', '/mock/tokens', { deviceId, ...more });
      return (answer as { token: string }).token;
    },
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
