import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import supertest from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { FakeClock } from './support/fake-clock.js';
import { hourMs, minuteMs } from './support/license-fixture.js';
import { holdScheduler } from './support/hold-scheduler.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';

const browserAccept = 'text/html,application/xhtml+xml,*/*;q=0.8';
const actions = ['next', 'complete', 'cancel', 'refresh', 'remove'].map((name) => `/license/${name}`);

interface Visit {
  readonly cookie: string;
  readonly csrfToken: string;
}

describe('a session of the page', () => {
  let clock: FakeClock;
  let mock: TestMock;
  let app: TestApp;

  beforeEach(async () => {
    clock = new FakeClock();
    mock = await startMock({ clock });
    app = await startApp({ mock });
    holdScheduler(app);
  });

  afterEach(async () => {
    await app.stop();
    await mock.stop();
  });

  const request = () => supertest(app.url);
  const postLogin = (form: object) =>
    request().post('/login').type('form').set('accept', browserAccept).send(form);

  async function logIn(name = ''): Promise<Visit> {
    const answer = await postLogin({ token: app.adminToken, name }).expect(303).expect('location', '/');
    const cookie = cookieOf(answer);
    const page = await request().get('/').set('cookie', cookie).expect(200);
    return { cookie, csrfToken: /name="csrfToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '' };
  }

  const post = (path: string, { cookie, csrfToken }: Visit) =>
    request().post(path).type('form').set('cookie', cookie).set('accept', browserAccept).send({ csrfToken });
  const isAlive = async ({ cookie }: Visit) =>
    (await request().get('/').set('cookie', cookie)).status === 200;

  const follow = (cookie: string) => open(`${app.url}/api/license/events`, { cookie });

  describe('the cookie', () => {
    it('is out of reach of scripts and other sites, and has the port in its name', async () => {
      const { headers } = await postLogin({ token: app.adminToken });
      const { port } = new URL(app.url);
      expect(headers['set-cookie']).toEqual([
        expect.stringMatching(
          new RegExp(`^pos-licensing-${port}=[\\w-]{22}; Path=/; HttpOnly; SameSite=Strict$`),
        ),
      ]);
    });

    it('is new at each login, and the previous one becomes invalid', async () => {
      const first = await logIn();
      const answer = await postLogin({ token: app.adminToken }).set('cookie', first.cookie);
      expect(cookieOf(answer)).not.toBe(first.cookie);
      expect(await isAlive(first)).toBe(false);
    });

    it('rejects a made-up session id', async () => {
      const { port } = new URL(app.url);
      await request()
        .get('/')
        .set('cookie', `pos-licensing-${port}=${'A'.repeat(22)}`)
        .expect(303)
        .expect('location', '/login');
    });
  });

  describe('the lifetime', () => {
    it('ends on the server at logout', async () => {
      const visit = await logIn();
      const { headers } = await post('/logout', visit).expect(303).expect('location', '/login');
      expect(headers['set-cookie']?.[0]).toMatch(/Expires=Thu, 01 Jan 1970/);
      expect(await isAlive(visit)).toBe(false);
    });

    it('ends after 30 idle minutes, and not before', async () => {
      const visit = await logIn();
      clock.advance(30 * minuteMs - 1);
      expect(await isAlive(visit)).toBe(true);
      clock.advance(30 * minuteMs);
      expect(await isAlive(visit)).toBe(false);
    });

    it('ends after 12 hours, even with constant activity', async () => {
      const visit = await logIn();
      for (let minutes = 20; minutes < 12 * 60; minutes += 20) {
        clock.advance(20 * minuteMs);
        expect(await isAlive(visit)).toBe(true);
      }
      clock.advance(20 * minuteMs);
      expect(await isAlive(visit)).toBe(false);
    });

    it.each([-hourMs, 24 * hourMs])(
      'neither ends nor grows if the clock is corrected by %d ms',
      async (ms) => {
        const visit = await logIn();
        clock.set(new Date(clock.now().getTime() + ms));
        expect(await isAlive(visit)).toBe(true);
        clock.advance(30 * minuteMs);
        expect(await isAlive(visit)).toBe(false);
        clock.set(new Date(clock.now().getTime() - ms));
      },
    );

    it('is not extended by background requests of a page', async () => {
      const visit = await logIn();
      clock.advance(29 * minuteMs);
      await request().get('/').set('cookie', visit.cookie).set('x-background', '1').expect(200);
      await request().get('/api/license').set('cookie', visit.cookie).expect(200);
      clock.advance(minuteMs);
      expect(await isAlive(visit)).toBe(false);
    });
  });

  describe('a form', () => {
    it.each(['/', ...actions, '/logout', '/license/history', '/license/history/export.csv', '/peers'])(
      'has no effect at %s without a session',
      async (path) => {
        await request().get('/').expect(303).expect('location', '/login');
        await request()
          .post(path)
          .type('form')
          .send({ csrfToken: 'x' })
          .expect(/^(?!.*Manage)/s);
        expect(app.app.get(LicenseStore).pending).toBeNull();
      },
    );

    it('has no effect if another site makes the browser send it', async () => {
      await app.acquire(mock);
      const visit = await logIn();
      const foreign = [
        { origin: 'https://evil.example' },
        // The same machine, and so the same site, but another port.
        { origin: 'http://127.0.0.1:1' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
      ];
      for (const headers of foreign) {
        for (const path of [...actions, '/logout']) await post(path, visit).set(headers).expect(403);
        await postLogin({ token: app.adminToken }).set(headers).expect(403);
      }
      expect(await app.view()).toMatchObject({ status: 'licensed' });
      expect(await isAlive(visit)).toBe(true);
    });

    it.each([
      ['no CSRF token', () => ({})],
      ['an empty CSRF token', () => ({ csrfToken: '' })],
      ['the CSRF token of another session', (other: Visit) => ({ csrfToken: other.csrfToken })],
      ['a list of CSRF tokens', (other: Visit) => ({ csrfToken: [other.csrfToken, other.csrfToken] })],
    ])('is refused with %s', async (_name, fields) => {
      await app.acquire(mock);
      const visit = await logIn();
      const other = await logIn();
      for (const path of [...actions, '/logout']) {
        await request().post(path).type('form').set('cookie', visit.cookie).send(fields(other)).expect(403);
      }
      expect(await app.view()).toMatchObject({ status: 'licensed' });
    });

    it('is refused with an unknown field', async () => {
      const { cookie, csrfToken } = await logIn();
      await request()
        .post('/license/next')
        .type('form')
        .set('cookie', cookie)
        .send({ csrfToken, deviceCode: 'x' })
        .expect(400);
    });

    it('is required for every change: GET and HEAD change nothing', async () => {
      await app.acquire(mock);
      const { cookie } = await logIn();
      for (const path of [...actions, '/logout']) {
        await request().get(path).set('cookie', cookie);
        await request().head(path).set('cookie', cookie);
      }
      expect(await app.view()).toMatchObject({ status: 'licensed' });
      expect((await app.as('get', '/api/license/audit')).body.entries).toHaveLength(2);
      expect(await isAlive({ cookie, csrfToken: '' })).toBe(true);
    });
  });

  describe('the API', () => {
    it('accepts the cookie for reading, and for a change only with the CSRF token of its own page', async () => {
      await app.acquire(mock);
      const { cookie, csrfToken } = await logIn('Anna');
      await request().get('/api/license').set('cookie', cookie).expect(200);
      const refresh = () => request().post('/api/license/refresh').set('cookie', cookie);
      for (const headers of [
        {},
        { 'x-csrf-token': 'x' },
        { 'x-csrf-token': csrfToken, origin: 'http://evil.example' },
      ]) {
        const { body } = await refresh().set(headers).expect(403);
        expect(body).toMatchObject({ code: 'cross-site-request' });
      }
      await refresh().set('x-csrf-token', csrfToken).set('origin', app.url).expect(200);
      const { body } = await app.as('get', '/api/license/audit');
      expect(body.entries[0]).toMatchObject({ action: 'refreshed', actor: 'Anna' });
    });

    it('refuses an incorrect admin token even if the cookie is valid', async () => {
      const { cookie } = await logIn();
      await request()
        .get('/api/license')
        .set('cookie', cookie)
        .set('authorization', 'Bearer wrong')
        .expect(401);
    });
  });

  describe('the login', () => {
    it.each([
      ['too long', 'x'.repeat(65)],
      ['with a line break', 'Anna\nsystem'],
      ['that reverses the text around it', 'Anna\u202e'],
      ['that is reserved for the service', ' System '],
    ])('explains why it refuses a name %s, and does not check the token', async (_name, name) => {
      const answer = await postLogin({ token: app.adminToken, name }).expect(400);
      expect(answer.text).toMatch(/role="alert"/);
      expect(answer.headers['set-cookie']).toBeUndefined();
    });

    it('shows a hostile name as text', async () => {
      const { cookie } = await logIn('<img src=x onerror=alert(1)>');
      const { text } = await request().get('/').set('cookie', cookie);
      expect(text).not.toContain('<img src=x');
      expect(text).toContain('&#60;img src=x onerror=alert(1)&#62;');
    });

    it('slows down anyone who guesses, and accepts the correct token without a delay', async () => {
      const statuses: number[] = [];
      for (let attempt = 0; attempt < 30; attempt++) {
        statuses.push((await postLogin({ token: `guess number ${attempt}` })).status);
      }
      expect(statuses).toEqual([...Array<number>(5).fill(401), ...Array<number>(25).fill(429)]);
      const before = clock.now().getTime();
      await postLogin({ token: app.adminToken }).expect(303);
      expect(clock.now().getTime() - before).toBe(0);
      await postLogin({ token: 'wrong again' }).expect(401);
    });

    it('slows down anyone who guesses through the API', async () => {
      const before = clock.now().getTime();
      for (let attempt = 0; attempt < 10; attempt++)
        await app.as('get', '/api/license').set('authorization', 'Bearer guess').expect(401);
      expect(clock.now().getTime() - before).toBe(250 + 500 + 1000 + 2000 + 2000);
      await app.as('get', '/api/license').expect(200);
    });
  });

  describe('the feed', () => {
    it('begins with the license, reports each change, and requires a session', async () => {
      await request()
        .get('/api/license/events')
        .expect(401)
        .expect('content-type', /problem\+json/);
      expect((await app.as('get', '/api/license/events').expect(403)).body).toMatchObject({
        code: 'session-required',
      });
      const { cookie } = await logIn();
      const stream = await follow(cookie);
      expect(stream.headers).toMatchObject({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      expect(await nextEvent(stream)).toMatch(
        /^retry: \d+\n\nid: \S+\nevent: license\ndata: {.*"status":"unlicensed".*}\n\n$/s,
      );
      const next = nextEvent(stream);
      const { body } = await app.as('post', '/api/license/authorization').expect(201);
      const reported = await next;
      expect(reported).toContain('"authorization":{"state":"pending"');
      expect(reported).not.toContain(body.userCode);
      stream.destroy();
    });

    it('ends at logout', async () => {
      const visit = await logIn();
      const stream = (await follow(visit.cookie)).resume();
      const ended = once(stream, 'end');
      await post('/logout', visit).expect(303);
      await ended;
    });

    it('ends with the idle session, which it does not extend', async () => {
      const visit = await logIn();
      const stream = (await follow(visit.cookie)).resume();
      const ended = once(stream, 'end');
      clock.advance(30 * minuteMs);
      await ended;
      expect(await isAlive(visit)).toBe(false);
    });

    it('ends when the service stops, and does not delay the stop', async () => {
      const { cookie } = await logIn();
      const stream = (await follow(cookie)).resume();
      const ended = once(stream, 'end');
      const before = Date.now();
      await app.close();
      await ended;
      expect(Date.now() - before).toBeLessThan(10_000);
    });

    it('is open at most eight times per session, without those of HEAD, and a closed one makes room for another', async () => {
      const { cookie } = await logIn();
      const streams: IncomingMessage[] = [];
      await request().head('/api/license/events').set('cookie', cookie).expect(200);
      for (let count = 0; count < 8; count++) streams.push((await follow(cookie)).resume());
      expect(streams.map(({ statusCode }) => statusCode)).toEqual(Array<number>(8).fill(200));
      const refused = await request().get('/api/license/events').set('cookie', cookie).expect(429);
      expect(refused.body).toMatchObject({ code: 'too-many-streams' });
      streams[0]?.destroy();
      await expect
        .poll(async () => {
          const stream = await follow(cookie);
          stream.destroy();
          return stream.statusCode;
        })
        .toBe(200);
      for (const stream of streams) stream.destroy();
    });
  });

  describe('an answer', () => {
    it('has the security headers of a page, its mark, and a footer with the version and help', async () => {
      const { cookie } = await logIn();
      for (const path of ['/', '/license/history', '/peers', '/help', '/login', '/nowhere']) {
        const asked = request().get(path).set('accept', browserAccept);
        // The login page redirects a browser with a session.
        const { headers, text } = await (path === '/login' ? asked : asked.set('cookie', cookie));
        expect(text, path).toMatch(/class="brand"[^]*<footer[^]*\d+\.\d+\.\d+ &#183; <a href="\/help">Help</);
        expect(headers['content-security-policy'], path).toContain("script-src 'self'; style-src 'self'");
        expect(headers['content-security-policy'], path).toContain("frame-ancestors 'none'");
        expect(headers['content-security-policy'], path).not.toContain('unsafe');
        expect(headers, path).toMatchObject({
          'cache-control': 'no-store',
          'referrer-policy': 'same-origin',
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'DENY',
        });
      }
    });

    it('is at most 50 kB for the first page, uncached, with everything that it loads', async () => {
      const { cookie } = await logIn();
      const page = await measure(app.url, cookie);
      const found = page.text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g);
      const urls = new Set(Array.from(found, ([, url]) => url ?? ''));
      expect(urls.size).toBe(3);
      const sizes = await Promise.all(
        [...urls].map(async (url) => (await measure(`${app.url}${url}`, cookie)).bytes),
      );
      const total = sizes.reduce((sum, bytes) => sum + bytes, page.bytes);
      expect(total).toBeLessThanOrEqual(50_000);
    });

    it('may be cached permanently only if its name depends on its content', async () => {
      const { text } = await request().get('/login');
      const [url] = /\/assets\/page\.\w+\.css/.exec(text) ?? [''];
      const asset = await request().get(url).expect(200).expect('content-type', 'text/css; charset=utf-8');
      expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(asset.headers['content-encoding']).toBe('gzip');
      await request()
        .get(url)
        .set('accept-encoding', 'identity')
        .expect((plain) => {
          expect(plain.headers['content-encoding']).toBeUndefined();
        });
      for (const path of [
        'page.css',
        'page.000000000000.css',
        '..%2fpage-assets.ts',
        '%2e%2e%2fpackage.json',
      ]) {
        await request().get(`/assets/${path}`).expect(404).expect('cache-control', 'no-store');
      }
    });

    it('is a page for a browser, and a problem document for a program', async () => {
      await request()
        .get('/nowhere')
        .set('accept', browserAccept)
        .expect(404)
        .expect('content-type', /text\/html/);
      await request()
        .get('/nowhere')
        .expect(404)
        .expect('content-type', /problem\+json/);
      await request()
        .get('/api/nowhere')
        .set('accept', browserAccept)
        .expect(404)
        .expect('content-type', /problem\+json/);
    });

    it('contains the user code only on the page, and the device code nowhere', async () => {
      const visit = await logIn();
      await post('/license/next', visit).expect(303);
      const { pending } = app.app.get(LicenseStore);
      for (const path of [
        '/',
        '/license/history',
        '/license/history/export.csv',
        '/peers',
        '/help',
        '/api/license',
        '/api/license/audit',
        '/health',
      ]) {
        const { text } = await request().get(path).set('cookie', visit.cookie);
        expect(text, path).not.toContain(pending?.deviceCode);
        if (path !== '/') expect(text, path).not.toContain(pending?.userCode);
      }
      const { text } = await request().get('/login');
      expect(text).not.toContain(pending?.userCode);
    });

    it('has texts and dates in one language, which the reader prefers', async () => {
      const expiresAt = String((await app.acquire(mock)).token.expiresAt);
      const { cookie } = await logIn();
      const inLanguage = (language: string) =>
        new Date(expiresAt).toLocaleDateString(language, { dateStyle: 'long' });
      const readIn = (language: string, path = '/') =>
        request()
          .get(path)
          .set('cookie', cookie)
          .set('accept', browserAccept)
          .set('accept-language', language);
      const spanish = await readIn('es-MX,es;q=0.9');
      expect(spanish.headers).toMatchObject({ 'content-language': 'es', vary: 'accept-language, cookie' });
      expect(spanish.text).toMatch(
        new RegExp(`<time datetime="${expiresAt}" lang="es-MX"\\s*>${inLanguage('es-MX')}`),
      );
      for (const text of ['<html lang="es"', 'Historial', 'Token Expiry', 'Licensed']) {
        expect(spanish.text).toContain(text);
      }
      const german = await readIn('de-CH,de;q=0.9');
      expect(german.headers['content-language']).toBe('en');
      expect(german.text).toMatch(new RegExp(`lang="en"\\s*>${inLanguage('en')}`));
      expect((await readIn('es', '/nowhere')).text).toContain('Página no encontrada');
      const problem = await readIn('es', '/api/nowhere');
      expect(problem.body).toMatchObject({ status: 404, title: 'Not Found' });
    });

    it('has the theme and the language that a person chose, even before the login', async () => {
      const choose = (form: object) => request().post('/look').type('form').send(form);
      const { headers } = await choose({ theme: 'dark', language: 'es', returnTo: '/help?from=here' })
        .expect(303)
        .expect('location', '/help?from=here');
      const chosen = headers['set-cookie'] as unknown as string[];
      for (const [index, cookie] of ['pos-theme=dark', 'pos-language=es'].entries()) {
        expect(chosen[index]).toBe(`${cookie}; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax`);
      }
      const cookie = chosen.map((one) => one.split(';')[0]).join('; ');
      const { text } = await request().get('/login?a=1').set('accept-language', 'en').set('cookie', cookie);
      expect(text).toMatch(/<html lang="es"\s+data-theme="dark">/);
      expect(text).toContain('<meta name="color-scheme" content="dark" />');
      expect(text).toContain('name="returnTo" value="/login?a=1"');
      expect(text).toMatch(/value="dark"\s+aria-pressed="true"/);
      const odd = await request().get('/login').set('cookie', 'pos-theme="><b>; pos-language=__proto__');
      expect(odd.text).toMatch(/<html lang="en"\s*>/);
      for (const returnTo of [
        '//other.example',
        '/\\other.example',
        '/\t/other.example',
        'https://other.example',
      ]) {
        await choose({ theme: 'dark', returnTo }).expect(400);
      }
      await choose({ theme: 'pink', returnTo: '/' }).expect(400);
      await choose({ theme: 'dark', returnTo: '/' }).set('origin', 'http://127.0.0.1:9').expect(403);
    });
  });
});

function cookieOf({ headers }: { headers: Record<string, unknown> }): string {
  const [cookie] = headers['set-cookie'] as string[];
  return cookie?.split(';')[0] ?? '';
}

/** Sends a GET, and returns the response as soon as its head is received. */
async function open(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { headers }), 'response')) as [IncomingMessage];
  return response;
}

async function nextEvent(stream: IncomingMessage): Promise<string> {
  return String((await once(stream, 'data'))[0]);
}

/** Returns the transferred bytes, compressed as for a browser, with the headers, and the text. */
async function measure(url: string, cookie: string): Promise<{ bytes: number; text: string }> {
  const response = await open(url, { cookie, accept: browserAccept, 'accept-encoding': 'gzip, deflate, br' });
  const body: Buffer[] = await response.toArray();
  const bytes = body.reduce((sum, { length }) => sum + length, response.rawHeaders.join('').length);
  return { bytes, text: Buffer.concat(body).toString() };
}
