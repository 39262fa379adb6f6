import { connect as open } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, tokenAuthenticator } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordedFollower } from '../client/test/support/record-license.js';
import { brokerEnvironment } from './support/broker-environment.js';
import { createCertificateAuthority } from './support/certificate-authority.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { hasAllLanguages, startInJava } from './support/register-guide.js';
import { runCommandProcess } from './support/run-command.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { startProcess, type TestProcess } from './support/start-process.js';

describe('a broker with deploy/nats/store-tls.conf', () => {
  const authority = createCertificateAuthority();
  let folder: string;
  let mock: TestMock;
  let nats: TestNats;
  let service: TestProcess;
  let environment: Record<string, string>;

  beforeAll(async () => {
    await ensureBuilt();
    folder = await mkdtemp(join(tmpdir(), 'ca-'));
    await writeFile(join(folder, 'ca.pem'), authority.certificate);
    [nats, mock] = await Promise.all([
      startNats({ certificate: authority.issue('broker.shop') }),
      startMock(),
    ]);
    environment = {
      AUTH_SERVER_URL: mock.url,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      ...brokerEnvironment(nats),
    };
    service = await startProcess({ mock, nats, environment });
    await service.acquire(mock);
  }, buildTimeoutMs);
  afterAll(async () => {
    await service.remove();
    await Promise.all([mock.stop(), nats.stop(), rm(folder, { recursive: true })]);
  });

  it('accepts a service and a register that trust its authority', async () => {
    const register = new RecordedFollower({
      token: await mock.issueToken('reg-1-1'),
      natsUrl: nats.url,
      tls: { ca: authority.certificate },
    });
    const { event } = await register.seen('event');
    expect(event).toMatchObject({ type: 'license.status', data: { status: 'licensed' } });
    await register.follower.close();
  });

  // Only in the long form: npm test needs no JDK, and has no skipped tests.
  it.each(hasAllLanguages ? ['Java 17'] : [])(
    'accepts the register of the guide in %s, which begins TLS after INFO',
    { timeout: 120_000 },
    async () => {
      const home = await mkdtemp(join(folder, 'java-'));
      const addresses = { authServer: mock.url, server: service.url };
      const register = await startInJava(home, addresses, authority.certificate);
      const [, userCode = ''] = await register.seen(/^Enter (\S+) at http/);
      await mock.approve(userCode, 'reg-1-2');
      await register.seen(/^I am reg-1-2$/);
      await register.seen(/^Licensed \(acquired\)$/);
    },
  );

  it('passes the checks of the doctor', async () => {
    const { output } = await runCommandProcess({ ...service, environment }, ['doctor', '--json']);
    const findings = JSON.parse(output) as { check: string; verdict: string }[];
    const wrong = findings.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');
    expect(wrong).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['broker', 'callout', 'stream']),
    );
  });

  it('is not trusted by a register that does not know its authority', async () => {
    const token = await mock.issueToken('reg-1-1');
    const authenticator = tokenAuthenticator(token);
    await expect(connect({ servers: nats.url, tls: {}, authenticator, reconnect: false })).rejects.toThrow(
      /certificate/,
    );
  });

  it('accepts no connection without TLS', async () => {
    const health = (await (await service.as('GET', '/health')).json()) as {
      details: { nats: { status: string } };
    };
    expect(health.details.nats.status).toBe('up');
    const plain = await rawConnect(nats.port, await mock.issueToken('reg-1-1'));
    expect(plain).not.toContain('+OK');
    expect(plain).toContain('"tls_required":true');
  });
});

/** Returns the answer of a broker to a client that logs in without TLS. */
async function rawConnect(port: number, token: string): Promise<string> {
  const socket = open({ host: '127.0.0.1', port });
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => (received += text));
  socket.on('error', () => undefined);
  socket.once('connect', () =>
    socket.write(`CONNECT {"verbose":true,"auth_token":"${token}","headers":true}\r\nPING\r\n`),
  );
  await new Promise((resolve) => socket.once('close', resolve));
  return received;
}
