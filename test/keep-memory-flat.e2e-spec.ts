import { connect, tokenAuthenticator } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerEnvironment } from './support/broker-environment.js';
import { requestAnswer } from './support/read-stream.js';
import { type CuttableBrokerLink, startCuttableBrokerLink } from './support/cuttable-broker-link.js';
import { makeDeviceKey } from './support/device-key.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { logIn } from './support/log-in.js';
import { type HeldMemory, measurable, measureMemory } from './support/measure-memory.js';
import { reportFigure } from './support/report-figure.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { startProcess, type TestProcess } from './support/start-process.js';

/** Set `SOAK_MINUTES=60` for the long form. */
const soakMinutes = Number(process.env['SOAK_MINUTES'] ?? 0);
const shortRounds = 60;
const refreshesPerRound = 5;
const maxMs = 180_000 + soakMinutes * 60_000;
/**
 * The long form finds a leak of 1 kB per refresh. In the short form, V8 and the libraries allocate and free up to
 * half a megabyte, so it finds only leaks of 6 kB per refresh.
 */
const maxBytesPerRefresh = soakMinutes >= 5 ? 768 : 6144;
const maxMoreResources = 10;
const plantedLeaks = soakMinutes >= 5 ? 2000 : 100;
/** The size of a planted leak for each request of `plantedPath`, which shows that the test finds a leak. */
const plantedBytes = Math.round(maxBytesPerRefresh * 2.5);
const plantedPath = '/planted-leak';
const planted = `data:text/javascript,${encodeURIComponent(`
  import { subscribe } from 'node:diagnostics_channel';
  const kept = [];
  subscribe('http.server.request.start', ({ request }) => {
    if (request.url === '${plantedPath}') kept.push(Buffer.alloc(${plantedBytes}));
  });
`)}`;
const roundsBetweenCuts = 20;
const register = 'reg-1-1';

const kilobytes = ({ usedBytes }: HeldMemory) => Math.round(usedBytes / 1024);

describe('the memory of a service', () => {
  let mock: TestMock;
  let nats: TestNats;
  let link: CuttableBrokerLink;
  let service: TestProcess;
  let cookie: string;
  let token: string;
  let refreshes = 0;
  const key = makeDeviceKey();

  beforeAll(async () => {
    await ensureBuilt();
    [mock, nats] = await Promise.all([startMock(), startNats()]);
    link = await startCuttableBrokerLink(nats.port);
    service = await startProcess({
      mock,
      environment: {
        ...brokerEnvironment(nats),
        NATS_URL: link.url,
        NODE_OPTIONS: `${measurable.NODE_OPTIONS} --import ${planted}`,
      },
    });
    await service.acquire(mock);
    cookie = await logIn(service.url, service.adminToken);
    // One token for the whole test: a verified token is cached until it expires, which is in a week.
    token = await mock.issueToken(register, { dpopJwk: key.publicJwk });
  }, buildTimeoutMs);

  afterAll(async () => {
    await service.remove();
    await link.close();
    await Promise.all([mock.stop(), nats.stop()]);
  });

  async function get(path: string, headers: Record<string, string> = { cookie }): Promise<void> {
    const response = await fetch(new URL(path, service.url), { headers });
    expect({ path, status: response.status }).toEqual({ path, status: 200 });
    await response.arrayBuffer();
  }

  async function followBriefly(): Promise<void> {
    const leaving = new AbortController();
    const response = await fetch(new URL('/api/license/events', service.url), {
      headers: { cookie },
      signal: leaving.signal,
    });
    await response.body?.getReader().read();
    leaving.abort();
  }

  async function visitBroker(): Promise<void> {
    const connection = await connect({
      servers: nats.url,
      authenticator: tokenAuthenticator(key.connectToken(token, 'srv-store-1')),
      inboxPrefix: `_INBOX.${register}`,
      reconnect: false,
    });
    await requestAnswer(connection, 'svc.licensing.status');
    await connection.close();
  }

  async function readStatusOfNats(): Promise<string> {
    const { details } = (await (await fetch(new URL('/health', service.url))).json()) as {
      details: { nats: { status: string } };
    };
    return details.nats.status;
  }

  async function breakLink(): Promise<void> {
    link.cut();
    await expect.poll(readStatusOfNats, { timeout: 15_000 }).not.toBe('up');
    link.restore();
    await expect.poll(readStatusOfNats, { timeout: 15_000 }).toBe('up');
  }

  /** Does in a moment what a store does in a busy hour. */
  async function live(round: number): Promise<void> {
    for (let count = 0; count < refreshesPerRound; count += 1) {
      expect((await service.as('POST', '/api/license/refresh')).status).toBe(200);
      refreshes += 1;
    }
    await Promise.all([followBriefly(), get('/'), get('/api/license'), get('/metrics'), get('/peers')]);
    await service.as('POST', '/api/license/authorization');
    await visitBroker();
    if (round % roundsBetweenCuts === 0) {
      await breakLink();
      cookie = await logIn(service.url, service.adminToken);
    }
  }

  /** Runs a third of the rounds, or of the time. */
  async function liveAThird(): Promise<void> {
    const endAt = Date.now() + (soakMinutes * 60_000) / 3;
    for (let round = 1; round <= shortRounds / 3 || Date.now() < endAt; round += 1) await live(round);
  }

  it(
    'is flat over refreshes, page loads, followers, registers and cuts of the broker',
    async () => {
      await liveAThird();
      const warm = await measureMemory(service);
      const refreshesBefore = refreshes;
      await liveAThird();
      const middle = await measureMemory(service);
      await liveAThird();
      const last = await measureMemory(service);
      reportFigure(
        'R15',
        `${refreshes} refreshes, ${link.cuts} cuts: ${[warm, middle, last].map(kilobytes).join(' → ')} kB of memory, ` +
          `${[warm, middle, last].map(({ resources }) => resources).join(' → ')} resources`,
      );
      const growth = last.usedBytes - warm.usedBytes;
      expect(growth / (refreshes - refreshesBefore)).toBeLessThan(maxBytesPerRefresh);
      expect(last.resources - warm.resources).toBeLessThan(maxMoreResources);
    },
    maxMs,
  );

  it(
    'exceeds the limit with a planted leak',
    async () => {
      const before = await measureMemory(service);
      for (let leaks = 0; leaks < plantedLeaks; leaks += 1) await service.as('GET', plantedPath);
      const growth = (await measureMemory(service)).usedBytes - before.usedBytes;
      expect(growth / plantedLeaks).toBeGreaterThan(maxBytesPerRefresh);
    },
    maxMs,
  );
});
