import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sqlite } from '../src/persistence/sqlite.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { fuzzWithoutGrowth, shareOfCases } from './support/fuzz-run.js';
import { measurable } from './support/measure-memory.js';
import {
  type DescribedApi,
  oddRequest,
  type Sender,
  type Target,
  targetsOf,
} from './support/odd-requests.js';
import { sendBounded } from './support/send-bounded.js';
import type { RawAnswer, RawRequest } from './support/send-raw.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { startProcess, type TestProcess } from './support/start-process.js';

const withoutCredentials = shareOfCases('S17', 20);
const ofAdmins = shareOfCases('S17', 20);
const atOnce = 4;
/** The pages, which OpenAPI does not describe. */
const pages =
  'GET / GET /login POST /login POST /logout POST /license/next POST /license/complete POST /license/cancel POST /license/refresh GET /license/remove POST /license/remove GET /license/history GET /license/history/export.csv GET /peers GET /help POST /look GET /assets/none.css GET /docs';

describe('the service under odd requests', () => {
  let mock: TestMock;
  let nats: TestNats;
  let service: TestProcess;
  let targets: Target[];
  /** The status codes of all answers: they show how far the requests get. */
  const statuses = new Set<number>();
  const nobody: Sender = { headers: {}, form: {} };

  beforeAll(async () => {
    await ensureBuilt();
    [mock, nats] = await Promise.all([startMock(), startNats()]);
    // Each sender has its own address, so that its wrong tokens do not delay the next one.
    const environment = { ...measurable, TRUST_PROXY: '127.0.0.1' };
    service = await startProcess({ mock, nats, environment });
    await service.acquire(mock);
    const api = (await (await service.as('GET', '/openapi.json')).json()) as DescribedApi;
    targets = [...targetsOf(api), ...pageTargets()];
  }, buildTimeoutMs);

  afterAll(async () => {
    await service.remove();
    await Promise.all([mock.stop(), nats.stop()]);
  });

  /** The number of addresses in use. */
  let addresses = 0;
  async function check(request: RawRequest): Promise<void> {
    addresses += 1;
    const address = `10.${addresses >> 16}.${(addresses >> 8) & 255}.${addresses & 255}`;
    const headers = { ...request.headers, 'x-forwarded-for': address };
    const answer = await sendBounded(service.url, { ...request, headers });
    if (answer === null) return;
    expectInOrder(request, answer);
    statuses.add(answer.status);
  }

  /** Reads a copy, because the service locks its database. */
  async function readDatabase<T>(read: (database: InstanceType<typeof Sqlite>) => T): Promise<T> {
    const copy = join(await mkdtemp(join(tmpdir(), 'odd-requests-')), 'copy.sqlite');
    for (const suffix of ['', '-wal']) {
      await copyFile(join(service.dataDir, `licensing.sqlite${suffix}`), copy + suffix);
    }
    const database = new Sqlite(copy);
    try {
      return read(database);
    } finally {
      database.close();
      await rm(dirname(copy), { recursive: true });
    }
  }

  /** Returns the row count of each table and the full license. */
  const lookAtDatabase = (): Promise<Record<string, unknown>> =>
    readDatabase((database) => {
      const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all();
      const counts = tables.map((name) => [
        name,
        database
          .prepare(`SELECT count(*) FROM "${String(name)}"`)
          .pluck()
          .get(),
      ]);
      const state = database.prepare('SELECT state FROM license').pluck().get();
      return { ...Object.fromEntries(counts), state };
    });

  const listValues = () =>
    readDatabase((database) => database.prepare('SELECT name FROM setting').pluck().all());

  async function expectHealthy(): Promise<void> {
    if ((await service.view()).status !== 'licensed') await service.acquire(mock);
    await expect
      .poll(async () => (await fetch(`${service.url}/health`)).json(), { timeout: 20_000 })
      .toMatchObject({ status: 'ok' });
    expect(await service.view()).toMatchObject({ status: 'licensed', token: { status: 'valid' } });
  }

  it(
    'answers requests without credentials correctly, changes nothing for them, and stores nothing about them',
    async () => {
      const senders = [nobody, ...wrongCredentials()];
      const requests = () => oddRequest(targets, senders);
      // The service stores the keys and the status list shortly after the acquisition.
      await expect
        .poll(listValues, { timeout: 20_000 })
        .toEqual(expect.arrayContaining(['issuer-keys', 'token-status-list']));
      const rows = await lookAtDatabase();
      await fuzzWithoutGrowth(
        service,
        'odd requests without credentials',
        withoutCredentials,
        requests,
        check,
        atOnce,
      );
      expect(await lookAtDatabase()).toEqual(rows);
      await expectHealthy();
      expect(service.output()).not.toContain('A request failed.');
    },
    withoutCredentials.timeoutMs,
  );

  it(
    'answers every request of an admin correctly, is healthy afterwards and can be licensed again',
    async () => {
      const senders = [admin(), await logIn()];
      const quick = targets.filter((target) => !isSlow(target));
      const all = [...Array(12).keys()].flatMap(() => quick).concat(targets);
      const requests = () => oddRequest(all, senders);
      await fuzzWithoutGrowth(service, 'odd requests of admins', ofAdmins, requests, check, atOnce);
      await expectHealthy();
      expect(service.output()).not.toContain('A request failed.');
      expect([...statuses]).toEqual(expect.arrayContaining([200, 303, 400, 401, 403, 404, 413, 415]));
    },
    ofAdmins.timeoutMs,
  );

  function admin(): Sender {
    return { headers: { authorization: `Bearer ${service.adminToken}` }, form: {} };
  }

  async function logIn(): Promise<Sender> {
    const form = { token: service.adminToken, name: 'Kim' };
    const login = await fetch(`${service.url}/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(form),
    });
    const cookie = (login.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
    const page = await (await fetch(service.url, { headers: { cookie } })).text();
    const csrfToken = /name="csrfToken" value="([^"]+)"/.exec(page)?.[1];
    if (csrfToken === undefined) throw new Error(`The page has no form: ${page.slice(0, 500)}`);
    return { headers: { cookie }, form: { csrfToken } };
  }
});

/** Returns whether a request waits for the Authorization server or removes the license. Such requests must be rare. */
function isSlow({ method, path }: Target): boolean {
  const slow = /license(\/(authorization|complete|next|refresh|remove).*)?$|logout|backup/;
  return method !== 'GET' && slow.test(path);
}

function pageTargets(): Target[] {
  return [...pages.matchAll(/([A-Z]+) (\S+)/g)].map(([, method = '', path = '']) => {
    const query = ['before', 'show', 'search', 'after'].map((name) => ({ name, good: ['1', 'all', 'reg'] }));
    return { method, path, query: method === 'GET' ? query : [] };
  });
}

function wrongCredentials(): Sender[] {
  const values = [
    'Bearer',
    'Bearer wrong-but-long-enough',
    'Basic YTpi',
    'DPoP x',
    'Bearer a.b.c',
    `Bearer ${'e30.'.repeat(900)}`,
  ];
  return values.map((authorization) => ({ headers: { authorization }, form: {} }));
}

/** Checks S17: no answer is a server error or reveals internals, and each has the headers of S14. */
function expectInOrder(request: RawRequest, { status, headers, body }: RawAnswer): void {
  const shown = JSON.stringify({ request, status, body: body.slice(0, 500) }).slice(0, 3000);
  expect(status, shown).toBeLessThan(500);
  expect(headers['x-content-type-options'], shown).toBe('nosniff');
  expect(headers['content-security-policy'], shown).toMatch(/frame-ancestors 'none'/);
  if (status < 400 || request.method === 'HEAD') return;
  expect(body, shown).not.toMatch(/node_modules|\.[jt]s:\d|\bat \S+ \(|SQLITE|SELECT /);
  const isPage = headers['content-type']?.startsWith('text/html');
  if (isPage) return;
  expect(headers['content-type'], shown).toMatch(/^application\/problem\+json;/);
  expect(JSON.parse(body), shown).toMatchObject({ status, code: expect.stringMatching(/^[a-z-]+$/) });
}
