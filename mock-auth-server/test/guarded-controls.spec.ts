import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { TestServer } from './support/start-test-server.js';
import { shareTestServer, startTestServer } from './support/start-test-server.js';

interface RawCall {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Calls a control as any program can: `fetch` would set its own `Host`. */
async function call(
  server: TestServer,
  { method = 'GET', path = '/state', headers = {}, body = '' }: RawCall,
): Promise<{ status: number; type: string; body: Record<string, unknown> }> {
  const { port } = new URL(server.url);
  const request = httpRequest({
    host: '127.0.0.1',
    port,
    method,
    path: `/mock${path}`,
    headers: { connection: 'close', ...(body !== '' && { 'content-length': body.length }), ...headers },
  });
  request.end(body);
  const [response] = (await once(request, 'response', { signal: AbortSignal.timeout(15_000) })) as [
    IncomingMessage,
  ];
  return {
    status: response.statusCode ?? 0,
    type: response.headers['content-type'] ?? '',
    body: (await json(response)) as Record<string, unknown>,
  };
}

async function countKeys(server: TestServer): Promise<number> {
  return ((await server.get('/oauth/jwks')).body['keys'] as unknown[]).length;
}

describe('the Host of a call of the controls', () => {
  const server = shareTestServer({ mockControlHosts: ['mock-auth-server'] });

  it.each([
    'localhost',
    'LOCALHOST:4000',
    '127.0.0.1',
    '127.9.8.7:80',
    '[::1]:4000',
    'mock-auth-server',
    'Mock-Auth-Server:4000',
  ])('may be %s', async (host) => {
    expect(await call(server, { headers: { host } })).toMatchObject({ status: 200 });
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'mock-auth-server.evil.example',
    'other-service:4000',
    '192.168.1.5',
    '0.0.0.0',
    'not a host',
  ])('must not be "%s", and the same for calls that read', async (host) => {
    for (const method of ['GET', 'POST']) {
      const path = method === 'GET' ? '/state' : '/keys/rotate';
      const answer = await call(server, { method, path, headers: { host } });
      expect(answer).toMatchObject({ status: 421, body: { code: 'host-refused', status: 421 } });
      expect(answer.type).toContain('application/problem+json');
      expect(answer.body['detail']).toContain('MOCK_CONTROL_HOSTS');
    }
    expect(await countKeys(server)).toBe(1);
  });

  it('does not matter to the OAuth endpoints and pages', async () => {
    const { port } = new URL(server.url);
    for (const path of ['/oauth/jwks', '/health']) {
      const request = httpRequest({ host: '127.0.0.1', port, path, headers: { host: 'auth.example' } }).end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.resume();
      expect(response.statusCode).toBe(200);
    }
  });
});

describe('the body of a call that changes something', () => {
  const server = shareTestServer();
  const fault = '{"mode":"none"}';

  it.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['application/jsonp'],
    ['text/plain; application/json'],
    [''],
  ])('is refused with the type "%s", whatever the method', async (type) => {
    const headers = type === '' ? {} : { 'content-type': type };
    for (const [method, path] of [
      ['PUT', '/faults'],
      ['POST', '/keys/rotate'],
      ['PATCH', '/devices/srv-hub'],
      ['DELETE', '/devices/srv-hub/authorization'],
    ] as const) {
      const answer = await call(server, { method, path, headers, body: fault });
      expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } });
    }
    expect(await countKeys(server)).toBe(1);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON'])(
    'is read with the type %s',
    async (type) => {
      const headers = { 'content-type': type };
      const answer = await call(server, { method: 'PUT', path: '/faults', headers, body: fault });
      expect(answer).toMatchObject({ status: 200, body: { mode: 'none' } });
    },
  );

  it('is refused with another type if it is sent in chunks', async () => {
    const headers = { 'content-type': 'text/plain', 'transfer-encoding': 'chunked' };
    const { status } = await call(server, { method: 'POST', path: '/keys/rotate', headers });
    expect(status).toBe(415);
  });
});

describe('a call without a body from a web page', () => {
  it.each([
    ['origin', 'https://evil.example'],
    ['origin', 'http://127.0.0.1:1'],
    ['origin', 'null'],
    ['sec-fetch-site', 'cross-site'],
    ['sec-fetch-site', 'same-site'],
  ])('is refused with %s: %s', async (name, value) => {
    const server = await startTestServer();
    const answer = await call(server, { method: 'POST', path: '/keys/rotate', headers: { [name]: value } });
    expect(answer).toMatchObject({ status: 403, body: { code: 'cross-site-request' } });
    expect(await countKeys(server)).toBe(1);
  });

  it('is accepted from this server itself', async () => {
    const server = await startTestServer({ publicUrl: 'https://auth.example' });
    const rotate = async (headers: Record<string, string>): Promise<number> =>
      (await call(server, { method: 'POST', path: '/keys/rotate', headers })).status;
    expect(await rotate({ origin: server.url, 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await rotate({ origin: 'https://auth.example' })).toBe(200);
    expect(await rotate({ 'sec-fetch-site': 'none' })).toBe(200);
  });
});
