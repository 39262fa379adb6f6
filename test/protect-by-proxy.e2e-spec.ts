import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashOf, makeDeviceKey } from './support/device-key.js';
import { findFreePort } from './support/find-free-port.js';
import { endServer } from './support/forward-request.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNginx, type TestNginx } from './support/start-nginx.js';

describe('a service behind nginx with deploy/nginx/require-license-token.conf', () => {
  const key = makeDeviceKey();
  let mock: TestMock;
  let app: TestApp;
  let service: Server;
  let nginx: TestNginx;
  let url: string;
  /** The requests that reached the service. */
  const seen: { path: string; headers: IncomingHttpHeaders }[] = [];

  beforeAll(async () => {
    mock = await startMock();
    app = await startApp({ mock });
    await app.acquire(mock);
    service = createServer((request, response) => {
      seen.push({ path: request.url ?? '', headers: request.headers });
      response.end('the service');
    });
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    const port = await findFreePort();
    url = `http://127.0.0.1:${port}`;
    const config = (
      await readFile(new URL('../deploy/nginx/require-license-token.conf', import.meta.url), 'utf8')
    )
      .replace('127.0.0.1:3000', new URL(app.url).host)
      .replace('127.0.0.1:8081', `127.0.0.1:${(service.address() as AddressInfo).port}`)
      .replace('127.0.0.1:8080', `127.0.0.1:${port}`);
    nginx = await startNginx(config, url);
  });
  afterAll(async () => {
    await nginx.stop();
    await Promise.all([app.stop(), mock.stop(), endServer(service)]);
  });

  it('receives the verified identity of the caller instead of the claimed one, and no token', async () => {
    await supertest(url)
      .get('/prices?store=1')
      .set('Authorization', `Bearer ${await mock.issueToken('reg-1-1')}`)
      .set('X-Device-Id', 'reg-9-9')
      .expect(200, 'the service');
    const { path, headers } = seen.at(-1) ?? { path: '', headers: {} };
    expect(path).toBe('/prices?store=1');
    expect(headers).toMatchObject({
      'x-device-id': 'reg-1-1',
      'x-device-kind': 'register',
      'x-features': 'register',
    });
    expect(headers).not.toHaveProperty('authorization');
  });

  it('is reached with a bound token and a proof of this request that contains the nonce', async () => {
    const token = await mock.issueToken('reg-1-2', { dpopJwk: key.publicJwk });
    const ask = (claims: Record<string, unknown>) =>
      supertest(url)
        .post('/orders')
        .set('Authorization', `DPoP ${token}`)
        .set('DPoP', key.prove({ htm: 'POST', htu: `${url}/orders`, ath: hashOf(token), ...claims }));
    const challenge = await ask({}).expect(401);
    expect(challenge.headers['www-authenticate']).toContain('use_dpop_nonce');
    const nonce = challenge.headers['dpop-nonce'] as string;

    const before = seen.length;
    await ask({ nonce, htu: `${url}/refunds` }).expect(401);
    await ask({ nonce, htm: 'GET' }).expect(401);
    expect(seen).toHaveLength(before);
    const answer = await ask({ nonce }).expect(200);
    expect(answer.headers['dpop-nonce']).toBeDefined();
    expect(seen.at(-1)?.headers).toMatchObject({ 'x-device-id': 'reg-1-2' });
    expect(seen.at(-1)?.headers).not.toHaveProperty('dpop');
    // Another proxy before this one ends TLS.
    const htu = `${url.replace('http:', 'https:')}/orders`;
    await ask({ nonce, htu }).expect(401);
    await ask({ nonce, htu }).set('X-Forwarded-Proto', 'https').expect(200);
  });

  it.each<[string, () => Promise<string>, number]>([
    ['without a token', () => Promise.resolve(''), 401],
    [
      'with a forged token',
      async () => `Bearer ${(await mock.issueToken('reg-1-1')).slice(0, -8)}AAAAAAAA`,
      401,
    ],
    [
      'with an expired token',
      async () => `Bearer ${await mock.issueToken('reg-1-1', { ttlSeconds: -120 })}`,
      401,
    ],
    ['with a token of another store', async () => `Bearer ${await mock.issueToken('reg-2-1')}`, 403],
  ])('is not reached %s', async (_how, authorize, status) => {
    const before = seen.length;
    await supertest(url)
      .get('/prices')
      .set('Authorization', await authorize())
      .expect(status);
    expect(seen).toHaveLength(before);
  });

  it('is not reached through the internal location', async () => {
    await supertest(url).get('/_license').expect(404);
  });

  it('is not reached while the licensing service is down', async () => {
    const authorization = `Bearer ${await mock.issueToken('reg-1-1')}`;
    await app.close();
    const before = seen.length;
    await supertest(url).get('/prices').set('Authorization', authorization).expect(500);
    expect(seen).toHaveLength(before);
  });
});
