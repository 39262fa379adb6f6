import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashOf, makeDeviceKey } from './support/device-key.js';
import { findFreePort } from './support/find-free-port.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNginx, type TestNginx } from './support/start-nginx.js';

describe('a service with PUBLIC_URL', () => {
  const key = makeDeviceKey();
  let mock: TestMock;
  let app: TestApp;
  let nginx: TestNginx;
  /** The address below which nginx serves the service. */
  let hosted: string;
  let token: string;

  beforeAll(async () => {
    const port = await findFreePort();
    hosted = `http://127.0.0.1:${port}/licensing`;
    mock = await startMock();
    const PUBLIC_URL = `https://Shop.example, ${hosted}, https://other.example:8443/below/`;
    app = await startApp({ mock, environment: { PUBLIC_URL } });
    await app.acquire(mock);
    const config = `server {
      listen 127.0.0.1:${port};
      location /licensing/ {
        proxy_pass ${app.url}/;
        proxy_set_header Host $http_host;
        proxy_buffering off;
      }
    }`;
    nginx = await startNginx(config, hosted);
    token = await mock.issueToken('reg-1-1', { dpopJwk: key.publicJwk });
  });

  afterAll(async () => {
    await nginx.stop();
    await app.stop();
    await mock.stop();
  });

  const get = (path: string, host: string) => supertest(app.url).get(path).set('Host', host);

  it.each([
    'rebound.example',
    'shop.example.evil.example',
    'shop.example:8080',
    '192.0.2.1',
    'localhost.evil.example',
  ])('refuses a request for %s, which is not one of its addresses', async (host) => {
    for (const path of ['/login', '/api/license', '/auth/verifyx']) {
      const { body } = (await get(path, host).expect(421)) as { body: object };
      expect(body).toMatchObject({ code: 'misdirected-request', status: 421 });
    }
  });

  it.each([
    'shop.example',
    'SHOP.EXAMPLE:443',
    'other.example:8443',
    'localhost:3000',
    '127.0.0.1',
    '[::1]:80',
  ])('answers at %s', async (host) => {
    await get('/login', host).expect(200);
  });

  it.each(['/health', '/health/live', '/health/ready', '/metrics'])(
    'answers %s at any host, because monitors use its internal address',
    async (path) => {
      await get(path, '10.1.2.3:3000').expect(200);
    },
  );

  it('answers /auth/verify at any host, because a local proxy uses its internal address', async () => {
    await get('/auth/verify', 'licensing:3000').expect(401);
  });

  it.each([
    ['https://shop.example', 'shop.example', 200],
    ['https://other.example:8443/below', 'other.example:8443', 200],
    ['http://shop.example', 'shop.example', 401],
    ['https://other.example:8443', 'other.example:8443', 401],
    ['https://evil.example', 'shop.example', 401],
    ['https://evil.example', 'localhost', 401],
  ])('answers a proof for %s that arrives for %s with %i', async (base, host, status) => {
    const prove = (nonce?: string) =>
      key.prove({ htm: 'GET', htu: `${base}/api/peers/me`, ath: hashOf(token), ...(nonce && { nonce }) });
    const ask = (nonce?: string) =>
      get('/api/peers/me', host).set('Authorization', `DPoP ${token}`).set('DPoP', prove(nonce));
    const challenge = await ask().expect(401);
    await ask(challenge.headers['dpop-nonce'] as string).expect(status);
  });

  it('sets a Secure cookie at an https address, although the proxy does not report the protocol', async () => {
    const { headers } = await supertest(app.url)
      .post('/login')
      .set('Host', 'shop.example')
      .type('form')
      .send({ token: app.adminToken })
      .expect(303);
    expect(headers['set-cookie']?.[0]).toMatch(/^pos-licensing-443=.*; Path=\/; .*Secure/);
  });

  it('names its first address in the OpenAPI document', async () => {
    const { body } = (await get('/openapi.json', 'shop.example').expect(200)) as { body: object };
    expect(body).toMatchObject({ servers: [{ url: 'https://shop.example' }] });
  });

  async function logInBelow(): Promise<string> {
    const { headers } = await fetch(`${hosted}/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ token: app.adminToken }),
    });
    return headers.getSetCookie()[0]?.split(';')[0] ?? '';
  }

  describe('below a path that the proxy strips', () => {
    it('redirects to the login below that path, and sets the cookie for it only', async () => {
      const page = await fetch(`${hosted}/`, { redirect: 'manual', headers: { accept: 'text/html' } });
      expect(new URL(page.headers.get('location') ?? '', hosted).pathname).toBe('/licensing/login');
      const login = await fetch(`${hosted}/login`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ token: app.adminToken }),
      });
      expect(login.headers.get('set-cookie')).toContain('; Path=/licensing/;');
      expect(new URL(login.headers.get('location') ?? '', hosted).pathname).toBe('/licensing/');
    });

    it('has only links, forms and assets below that path, and they work', async () => {
      const cookie = await logInBelow();
      for (const path of ['/', '/peers', '/license/history', '/license/remove', '/help']) {
        const response = await fetch(`${hosted}${path}`, { headers: { cookie, accept: 'text/html' } });
        expect(response.status).toBe(200);
        const links = [...(await response.text()).matchAll(/ (?:href|src|action)="(\/[^"]*)"/g)];
        expect(links.length).toBeGreaterThan(5);
        for (const [, link = ''] of links) expect(link).toMatch(/^\/licensing\//);
        const assets = links.map(([, link = '']) => link).filter((link) => link.includes('/assets/'));
        expect(new Set(assets).size).toBe(3);
        for (const asset of assets) expect((await fetch(new URL(asset, hosted))).status).toBe(200);
      }
    });

    it('streams the events of the license', async () => {
      const abort = new AbortController();
      const response = await fetch(`${hosted}/api/license/events`, {
        headers: { cookie: await logInBelow() },
        signal: abort.signal,
      });
      expect(response.headers.get('content-type')).toContain('text/event-stream');
      abort.abort();
    });

    it('answers the API', async () => {
      const headers = { authorization: `Bearer ${app.adminToken}` };
      expect((await fetch(`${hosted}/api/license`, { headers })).status).toBe(200);
    });
  });
});
