import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection, tokenAuthenticator } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { brokerEnvironment } from './support/broker-environment.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { startProcess, type TestProcess } from './support/start-process.js';

const floodMs = 2000;
/** Other tests use the same processors. `npm run assurance` runs this file alone, and measures. */
const slack = process.env['ASSURANCE_FIGURES'] === undefined ? 4 : 1;
const maxAnswerMs = 1000 * slack;
const maxEventMs = 2000 * slack;
const maxMegabytes = 300;

/** @param flood returns what the flood has reported */
async function expectDisconnected(flood: () => string): Promise<void> {
  await expect.poll(flood, { timeout: 10_000 }).toContain('flooding\nclosed\n');
}

describe('a peer that floods the service', () => {
  let mock: TestMock;
  let nats: TestNats;
  let service: TestProcess;
  let honest: NatsConnection;
  let honestToken: string;

  beforeAll(async () => {
    await ensureBuilt();
    [mock, nats] = await Promise.all([startMock(), startNats()]);
    service = await startProcess({ mock, nats, environment: brokerEnvironment(nats) });
    await service.acquire({ approve: (userCode) => mock.approve(userCode, 'srv-hub') });
    honestToken = await issue('reg-1-2');
    honest = await connectAs('reg-1-2', honestToken);
  }, buildTimeoutMs);

  afterAll(async () => {
    await honest.close();
    await service.remove();
    await Promise.all([mock.stop(), nats.stop()]);
  });

  async function connectAs(deviceId: string, token: string): Promise<NatsConnection> {
    return connect({
      servers: nats.url,
      authenticator: tokenAuthenticator(token),
      inboxPrefix: `_INBOX.${deviceId}`,
    });
  }

  async function issue(deviceId: string): Promise<string> {
    await mock.control('PATCH', `/mock/devices/${deviceId}`, { hubId: 'srv-hub' });
    return mock.issueToken(deviceId);
  }

  /** Resolves once the messages are being sent, to a function that returns what the flood has reported. */
  async function startFlood(deviceId: string, subject: string, payload = ''): Promise<() => string> {
    const token = await issue(deviceId);
    const child = spawn(process.execPath, [join(import.meta.dirname, 'support/flood.mjs')], {
      env: { PORT: String(nats.port), TOKEN: token, DEVICE_ID: deviceId, SUBJECT: subject, PAYLOAD: payload },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    });
    let reported = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (reported += text));
    await once(child.stdout, 'data', { signal: AbortSignal.timeout(10_000) });
    return () => reported;
  }

  async function readMegabytes(): Promise<number> {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${service.pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1024;
  }

  /** Resolves to the milliseconds from the commit of the next event to its arrival at the other register. */
  async function timeEvent(): Promise<number> {
    const events = honest.subscribe('license.status', { max: 1, timeout: 10_000 });
    await honest.flush();
    await service.as('POST', '/api/license/refresh');
    for await (const event of events) {
      const { time } = event.json<{ time: string }>();
      return Date.now() - Date.parse(time);
    }
    throw new Error('No event arrived');
  }

  /** Repeats a request while the flood lasts, and checks the times of the answers, of an event, and the memory of the service. */
  async function expectUnharmed(rogueId: string, subject: string, request: () => Promise<unknown>) {
    const until = Date.now() + floodMs;
    const answerMs: number[] = [];
    const megabytes: number[] = [];
    const event = timeEvent();
    while (Date.now() < until) {
      const askedAt = performance.now();
      await request();
      answerMs.push(performance.now() - askedAt);
      megabytes.push(await readMegabytes());
      await sleep(20);
    }
    const eventMs = await event;

    const sorted = answerMs.toSorted((one, other) => one - other).map(Math.round);
    const [p50, p99, max] = [0.5, 0.99, 1].map((part) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0);
    const most = Math.round(Math.max(...megabytes));
    const answers = `${sorted.length} answers of another peer p50 ${p50} p99 ${p99} max ${max} ms`;
    process.stdout.write(`flood of ${subject}: ${answers}, event after ${eventMs} ms, service ${most} MB\n`);
    expect(p99).toBeLessThan(maxAnswerMs);
    expect(max).toBeLessThan(maxEventMs);
    expect(eventMs).toBeLessThan(maxEventMs);
    expect(most).toBeLessThan(maxMegabytes);
    expect(service.output()).toContain(`${rogueId} floods this service with messages.`);
  }

  it.each([
    ['reg-1-1', 'svc.licensing.status'],
    ['reg-2-1', 'svc.licensing.verify'],
    ['reg-2-2', 'svc.licensing.status-list'],
  ])(
    'delays neither other registers nor events as %s on %s, and is disconnected',
    async (rogueId, subject) => {
      const flood = await startFlood(rogueId, subject);
      const request = subject.endsWith('verify') ? JSON.stringify({ token: honestToken }) : '';
      await expectUnharmed(rogueId, subject, () => honest.request(subject, request, { timeout: 10_000 }));
      await expectDisconnected(flood);
    },
  );

  it('as a store that floods its own subject, delays neither its hub nor another store, and is disconnected', async () => {
    const store = await connectAs('srv-store-1', await issue('srv-store-1'));
    onTestFinished(() => store.close());
    const publish = () =>
      jetstream(store).publish('stores.srv-store-1.license.status', '{}', { timeout: 40_000 });
    // The hub serves its stores once it has the stream.
    await expect
      .poll(() => publish().catch(() => null), { timeout: 10_000 })
      .toMatchObject({ stream: 'STORES' });
    const subject = 'stores.srv-store-2.license.status';
    const flood = await startFlood('srv-store-2', subject, '{}');
    await expectUnharmed('srv-store-2', subject, publish);
    await expectDisconnected(flood);
  });
});
