import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceVersion } from '../src/config/service-version.js';
import { sendBytes, sendRaw, type RawAnswer } from './support/send-raw.js';
import { startApp, type TestApp } from './support/start-app.js';

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
const problemJson = 'application/problem+json; charset=utf-8';

interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

describe('the HTTP API', () => {
  let app: TestApp;
  let openApi: OpenApi;
  let operations: { method: string; path: string }[];

  beforeAll(async () => {
    app = await startApp();
    openApi = JSON.parse((await sendRaw(app.url, { method: 'GET', path: '/openapi.json' })).body) as OpenApi;
    operations = Object.entries(openApi.paths).flatMap(([path, item]) =>
      methods.filter((method) => method in item).map((method) => ({ method: method.toUpperCase(), path })),
    );
  });

  afterAll(() => app.stop());

  const admin = () => ({ authorization: `Bearer ${app.adminToken}` });

  it('has the version of the service in its description', () => {
    expect(openApi.info.version).toBe(serviceVersion);
  });

  it('is described by OpenAPI 3.1, which lists exactly the routes that exist', () => {
    expect(openApi.openapi).toMatch(/^3\.1\.\d+$/);
    const undocumented = /^\/($|login$|logout$|peers$|help$|look$|license\/|assets\/|docs|openapi\.json$)/;
    const existing = listRoutes(app).filter(({ path }) => !undocumented.test(path));
    expect(existing.length).toBeGreaterThan(8);
    expect(operations.map(nameOf).toSorted()).toEqual(existing.map(nameOf).toSorted());
  });

  it('answers each documented call without a token with 401 and a challenge, except health and metrics', async () => {
    for (const { method, path } of operations) {
      const answer = await sendRaw(app.url, { method, path });
      if (path.startsWith('/health') || path === '/metrics') {
        expect(answer.status).toBe(200);
      } else {
        expectProblem(answer, 401, 'unauthorized');
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
      }
      expectSecurityHeaders(answer);
    }
  });

  it.each(['Bearer', 'Bearer ', 'Bearer wrong', 'Basic YWRtaW46YWRtaW4=', 'DPoP x', 'Bearer a b'])(
    'refuses the credentials "%s"',
    async (authorization) => {
      const answer = await sendRaw(app.url, {
        method: 'GET',
        path: '/api/license/audit',
        headers: { authorization },
      });
      expectProblem(answer, 401, 'unauthorized');
    },
  );

  it('sets the security headers and Cache-Control on every route that exists', async () => {
    const routes = listRoutes(app).filter(({ path }) => !path.includes('*'));
    expect(routes.length).toBeGreaterThan(15);
    for (const { method, path } of routes) {
      const answer = await sendRaw(app.url, { method, path: path.replace(':name', 'none.css') });
      expectSecurityHeaders(answer);
      if (path.startsWith('/api')) expect(answer.headers['cache-control']).toBe('no-store');
    }
  });

  it.each([
    ['GET', '/nothing-here', 404, 'not-found'],
    ['GET', '/api/license/nothing-here', 404, 'not-found'],
    ['PUT', '/api/license', 404, 'not-found'],
    ['GET', '/%zz', 400, 'bad-request'],
    ['GET', `/${'x'.repeat(300)}`, 404, 'not-found'],
    ['GET', '/api/license/audit?limit=0', 400, 'bad-request'],
    ['GET', '/api/license/audit?limit=201', 400, 'bad-request'],
    ['GET', '/api/license/audit?limit=ten', 400, 'bad-request'],
    ['GET', '/api/license/audit?limit=1&limit=2', 400, 'bad-request'],
    ['GET', '/api/license/audit?before=-1', 400, 'bad-request'],
    ['GET', '/api/license/audit?unknown=1', 400, 'bad-request'],
    ['GET', '/api/license/audit?__proto__[x]=1', 400, 'bad-request'],
  ])('answers %s %s with %i %s', async (method, path, status, code) => {
    expectProblem(await sendRaw(app.url, { method, path, headers: admin() }), status, code);
  });

  it.each([
    ['malformed JSON', 'application/json', '{"a":', 400, 'bad-request'],
    ['an empty JSON body', 'application/json', '', 400, 'bad-request'],
    ['a poisoned prototype', 'application/json', '{"__proto__":{"x":1}}', 400, 'bad-request'],
    [
      'a body that is nested too deep',
      'application/json',
      '['.repeat(6000) + ']'.repeat(6000),
      400,
      'bad-request',
    ],
    ['another content type', 'application/xml', '<a/>', 415, 'unsupported-media-type'],
    ['a body that is too large', 'application/json', `"${'x'.repeat(17_000)}"`, 413, 'payload-too-large'],
  ])('refuses %s', async (_what, type, body, status, code) => {
    const answer = await sendRaw(app.url, {
      method: 'POST',
      path: '/api/license/refresh',
      headers: { ...admin(), 'content-type': type, 'content-length': String(body.length) },
      body,
    });
    expectProblem(answer, status, code);
  });

  it.each([
    ['headers that are too large', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['bytes that are not HTTP', 'hello\r\n\r\n', 400],
    ['two Host headers', 'GET /login HTTP/1.1\r\nHost: x\r\nhost: y\r\nConnection: close\r\n\r\n', 400],
    [
      'two Host headers at a page without a controller',
      'GET /docs HTTP/1.1\r\nHost: x\r\nhost: y\r\nConnection: close\r\n\r\n',
      400,
    ],
    ['an unknown method', 'BREW /api/license HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    [
      'two lengths of one body',
      'POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('refuses %s, and keeps running', async (_what, bytes, status) => {
    const answer = await sendBytes(app.url, bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toContain("frame-ancestors 'none'");
    expect(head).toContain(`content-type: ${problemJson}`);
    expect(JSON.parse(body)).toMatchObject({ status, code: expect.stringMatching(/^[a-z-]+$/) });
    expect((await sendRaw(app.url, { method: 'GET', path: '/health/live' })).status).toBe(200);
  });

  it('answers a request once if its body turns out to be malformed after the answer', async () => {
    const head = 'POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n';
    const answers = await sendBytes(app.url, `${head}GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 415']);
  });

  it('hides its description and the docs page with DOCS=off', async () => {
    const quiet = await startApp({ environment: { DOCS: 'off' } });
    for (const path of ['/docs', '/docs/', '/openapi.json', '/docs-json', '/docs-yaml', '/openapi.yaml']) {
      expect((await sendRaw(quiet.url, { method: 'GET', path })).status).toBe(404);
    }
    await quiet.stop();
    expect((await sendRaw(app.url, { method: 'GET', path: '/docs' })).status).toBe(200);
  });
});

function nameOf({ method, path }: { method: string; path: string }): string {
  return `${method} ${path}`;
}

/** Checks the headers that row S14 of docs/assurance.md requires of every answer. */
function expectSecurityHeaders({ headers }: RawAnswer): void {
  expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'/);
  expect(headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe-inline/);
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': expect.stringMatching(/^(no-referrer|same-origin)$/),
    'cache-control': expect.any(String),
  });
  expect(headers).not.toHaveProperty('x-powered-by');
}

function expectProblem(answer: RawAnswer, status: number, code: string): void {
  expect(answer).toMatchObject({ status, headers: { 'content-type': problemJson } });
  expect(JSON.parse(answer.body)).toEqual({
    type: `urn:pos-licensing:problem:${code}`,
    title: expect.stringMatching(/./),
    status,
    code,
    detail: expect.stringMatching(/./),
  });
  expect(answer.body).not.toMatch(/node_modules|\.ts:|\.js:|at \w+ \(/);
  expectSecurityHeaders(answer);
}

/** Returns the routes of the server from its routing tree, without the HEAD route of each GET. */
function listRoutes({ app }: TestApp): { method: string; path: string }[] {
  const tree = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
  const parents: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, branch = '', part, listed] = /^([│ ]*[├└]── )(\S*)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    if (part === undefined) return [];
    const depth = branch.length / 4;
    parents[depth] = part;
    const path = parents.slice(0, depth + 1).join('');
    return (listed?.split(', ') ?? [])
      .filter((method) => method !== 'HEAD' && method !== 'OPTIONS')
      .map((method) => ({ method, path }));
  });
}
