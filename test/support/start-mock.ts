import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMockServer, type MockServerOptions } from '../../mock-auth-server/src/server.js';
import { expectNoSecretsInLog, noteSecret } from './canaries.js';

/** The bundled Authorization server, in this process and on a free port, with its controls. */
export interface TestMock {
  readonly url: string;
  /** Calls a control of the contract, such as `POST /mock/approve`. @throws if it is refused */
  control(method: string, path: string, body?: object): Promise<unknown>;
  /** Authorizes a device as a person would. */
  approve(userCode: string, deviceId?: string): Promise<void>;
  stop(): Promise<void>;
}

/** By the real clock, each acquisition waits for it (RFC 8628 section 3.5); a clock of the test only moves on. */
const realPollIntervalSeconds = 0.05;

/** Starts the mock on a data folder of its own. */
export async function startMock(options: Partial<MockServerOptions> = {}): Promise<TestMock> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'mock-auth-server-')));
  const log: string[] = [];
  const server = await createMockServer({
    port: 0,
    hasMockControls: true,
    pollIntervalSeconds: options.now === undefined ? realPollIntervalSeconds : 1,
    ...options,
    dataDir,
    log: (line) => {
      log.push(line);
      options.log?.(line);
    },
  });
  const url = await server.listen();
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
    control,
    approve: async (userCode, deviceId = 'srv-store-1') => {
      await control('POST', '/mock/approve', { userCode, deviceId });
    },
    stop: async () => {
      await server.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
      expectNoSecretsInLog('The log of the mock', log.join('\n'));
    },
  };
}
