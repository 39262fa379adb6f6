import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCertificateAuthority } from './support/certificate-authority.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { findFreePort } from './support/find-free-port.js';
import { type ForwardProxy, startForwardProxy } from './support/start-forward-proxy.js';
import { startApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startProcess } from './support/start-process.js';
import { startTlsFront, type TlsFront } from './support/start-tls-front.js';

/** A host name that only a proxy can resolve. */
const hostName = 'licensing.test';

/** The service, in this process or in a separate one. */
interface Service {
  ask(method: 'get' | 'post' | 'delete', path: string): Promise<{ status: number; text: string }>;
  acquire(mock: TestMock): Promise<object>;
  view(): Promise<object>;
  stop(): Promise<void>;
}

describe('the Authorization server', () => {
  let service: Service;
  const parts: { stop(): Promise<void> }[] = [];
  let folder: string;
  let authorityFile: string;
  const authority = createCertificateAuthority();

  beforeAll(async () => {
    await ensureBuilt();
    folder = await mkdtemp(join(tmpdir(), 'reach-'));
    authorityFile = join(folder, 'authority.pem');
    await writeFile(authorityFile, authority.certificate);
  }, buildTimeoutMs);

  afterEach(async () => {
    await service.stop();
    for (const part of parts.splice(0).toReversed()) await part.stop();
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function start<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
    const part = await starting;
    parts.push(part);
    return part;
  }

  /** Starts the mock behind TLS, at the host name or at the address of this machine. */
  async function startSecureMock(at: 'name' | 'address'): Promise<{ mock: TestMock; front: TlsFront }> {
    const port = await findFreePort();
    const front = await start(startTlsFront(port, authority.issue(hostName)));
    const issuerUrl = at === 'name' ? `https://${hostName}` : `https://127.0.0.1:${front.port}`;
    return { mock: await start(startMock({ port, issuerUrl })), front };
  }

  async function startBehind(mock: TestMock, environment: Readonly<Record<string, string>>): Promise<void> {
    const app = await startApp({ mock, environment });
    service = { ...app, ask: async (method, path) => app.as(method, path) };
  }

  /** Starts the service as a process that trusts the authority: Node reads NODE_EXTRA_CA_CERTS only at its start. */
  async function startTrusting(mock: TestMock, environment: Readonly<Record<string, string>>): Promise<void> {
    const child = await startProcess({
      mock,
      environment: { ...environment, NODE_EXTRA_CA_CERTS: authorityFile },
    });
    service = {
      ...child,
      ask: async (method, path) => {
        const answer = await child.as(method.toUpperCase(), path);
        return { status: answer.status, text: await answer.text() };
      },
      stop: () => child.remove(),
    };
  }

  async function expectWholeLife(mock: TestMock): Promise<void> {
    expect(await service.acquire(mock)).toMatchObject({ status: 'licensed' });
    expect((await service.ask('post', '/api/license/refresh')).status).toBe(200);
    expect(await service.view()).toMatchObject({ reason: 'refreshed', connection: { online: true } });
    expect((await service.ask('delete', '/api/license')).status).toBe(204);
    const isRevoked = async () =>
      !JSON.stringify(await mock.control('GET', '/mock/state')).includes('"authorized":true');
    await expect.poll(isRevoked, { timeout: 20_000 }).toBe(true);
  }

  async function expectUntrusted(): Promise<void> {
    const { status, text } = await service.ask('post', '/api/license/authorization');
    expect(status).toBe(503);
    expect(text).toContain('authorization-server-unreachable');
    expect(text).toMatch(/certificate .* is not trusted: .*NODE_EXTRA_CA_CERTS/);
  }

  it('is reached over http through HTTP_PROXY only, from the first request to the revocation', async () => {
    const port = await findFreePort();
    const mock = await start(startMock({ port, issuerUrl: `http://${hostName}` }));
    const proxy = await start(startForwardProxy(port));
    await startBehind(mock, { HTTP_PROXY: proxy.url, ALLOW_INSECURE_AUTH_SERVER: 'on' });
    await expectWholeLife(mock);
    expect(proxy.asked.length).toBeGreaterThan(0);
    expect(proxy.asked.filter((line) => !line.includes(hostName))).toEqual([]);
  });

  it('is reached over https through HTTPS_PROXY, which sees only its host name', async () => {
    const { mock, front } = await startSecureMock('name');
    const proxy = await start(startForwardProxy(front.port));
    await startTrusting(mock, { HTTPS_PROXY: proxy.url });
    await expectWholeLife(mock);
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${hostName}:443`]));
    // Metadata, keys, user code, tokens, revocation.
    expect(front.countRequests()).toBeGreaterThanOrEqual(5);
    expect(proxy.sent().length).toBeGreaterThan(0);
    expect(proxy.sent().includes('refresh_token')).toBe(false);
  });

  it('is reached directly if NO_PROXY names it', async () => {
    const { mock, front } = await startSecureMock('address');
    const proxy = await start(startForwardProxy(front.port));
    await startTrusting(mock, {
      HTTPS_PROXY: proxy.url,
      HTTP_PROXY: proxy.url,
      NO_PROXY: 'elsewhere.test,127.0.0.1',
    });
    await expectWholeLife(mock);
    expect(proxy.asked).toEqual([]);
  });

  it('is trusted through NODE_EXTRA_CA_CERTS without a proxy', async () => {
    const { mock } = await startSecureMock('address');
    await startTrusting(mock, {});
    await expectWholeLife(mock);
  });

  it('is not trusted if the authority of its certificate is unknown, and the error names the remedy', async () => {
    const { mock, front } = await startSecureMock('address');
    await startBehind(mock, {});
    await expectUntrusted();
    expect(front.countRequests()).toBe(0);
  });

  it('is not trusted through a proxy if it is not trusted without one', async () => {
    const { mock, front } = await startSecureMock('name');
    const proxy = await start<ForwardProxy>(startForwardProxy(front.port));
    await startBehind(mock, { HTTPS_PROXY: proxy.url });
    await expectUntrusted();
    expect(front.countRequests()).toBe(0);
  });

  it('cannot be reached while the proxy is down', async () => {
    const { mock, front } = await startSecureMock('address');
    await startBehind(mock, { HTTPS_PROXY: `http://127.0.0.1:${await findFreePort()}` });
    const { status, text } = await service.ask('post', '/api/license/authorization');
    expect(status).toBe(503);
    expect(text).toContain('authorization-server-unreachable');
    expect(front.countRequests()).toBe(0);
  });
});
