import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection, tokenAuthenticator } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { brokerEnvironment } from './support/broker-environment.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { startProcess, type TestProcess } from './support/start-process.js';

const floodMs = 3000;
const maxAnswerMs = 1000;
const maxEventMs = 2000;
const maxMegabytes = 300;

describe('a register that floods the service with requests', () => {
  let mock: TestMock;
  let nats: TestNats;
  let service: TestProcess;
  let honest: NatsConnection;
  let honestToken: string;

  beforeAll(async () => {
    await ensureBuilt();
    [mock, nats] = await Promise.all([startMock(), startNats()]);
    service = await startProcess({ mock, nats, environment: brokerEnvironment(nats) });
    await service.acquire(mock);
    honestToken = await issue('reg-1-2');
    honest = await connect({
      servers: nats.url,
      authenticator: tokenAuthenticator(honestToken),
      inboxPrefix: '_INBOX.reg-1-2',
    });
  }, buildTimeoutMs);

  afterAll(async () => {
    await honest.close();
    await service.remove();
    await Promise.all([mock.stop(), nats.stop()]);
  });

  async function issue(deviceId: string): Promise<string> {
    await mock.control('PATCH', `/mock/devices/${deviceId}`, { hubId: 'srv-store-1' });
    return ((await mock.control('POST', '/mock/tokens', { deviceId })) as { token: string }).token;
  }

  /** Resolves once the requests are being sent. */
  async function startFlood(deviceId: string, subject: string) {
    const token = await issue(deviceId);
    const child = spawn(process.execPath, [join(import.meta.dirname, 'support/flood.mjs')], {
      env: { PORT: String(nats.port), TOKEN: token, DEVICE_ID: deviceId, SUBJECT: subject },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    });
    await once(child.stdout, 'data', { signal: AbortSignal.timeout(10_000) });
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

  it.each([
    ['reg-1-1', 'svc.licensing.status'],
    ['reg-2-1', 'svc.licensing.verify'],
    ['reg-2-2', 'svc.licensing.status-list'],
  ])(
    'delays neither other registers nor events as %s on %s, and is disconnected',
    async (rogueId, subject) => {
      await startFlood(rogueId, subject);
      const until = Date.now() + floodMs;
      const request = subject.endsWith('verify') ? JSON.stringify({ token: honestToken }) : '';
      const answerMs: number[] = [];
      const megabytes: number[] = [];
      const event = timeEvent();
      while (Date.now() < until) {
        const askedAt = performance.now();
        await honest.request(subject, request, { timeout: 10_000 });
        answerMs.push(performance.now() - askedAt);
        megabytes.push(await readMegabytes());
        await sleep(20);
      }
      const eventMs = await event;

      const sorted = answerMs.toSorted((one, other) => one - other).map(Math.round);
      const [p50, p99, max] = [0.5, 0.99, 1].map(
        (part) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0,
      );
      const most = Math.round(Math.max(...megabytes));
      const answers = `${sorted.length} answers of another register p50 ${p50} p99 ${p99} max ${max} ms`;
      process.stdout.write(
        `flood of ${subject}: ${answers}, event after ${eventMs} ms, service ${most} MB\n`,
      );
      expect(p99).toBeLessThan(maxAnswerMs);
      expect(eventMs).toBeLessThan(maxEventMs);
      expect(most).toBeLessThan(maxMegabytes);
      expect(service.output()).toContain(`${rogueId} floods this service with messages.`);
    },
  );
});
