import { join } from 'node:path';
import * as client from 'openid-client';
import { describe, expect, it } from 'vitest';
import type { Page } from './support/person.js';
import { hiddenFieldsOf, logIn, Person } from './support/person.js';
import type { TestServer } from './support/start-test-server.js';
import { startTestServer } from './support/start-test-server.js';
import { discover, oauthErrorOf, redeem } from './support/test-client.js';

const demo = '/organizations/fc-demo';

describe('the login', () => {
  it('redirects to the organizations, or back to the requested page', async () => {
    const server = await startTestServer();
    const person = new Person(server);
    const asked = await person.visit(`${demo}/authorize-device`);
    expect(asked.path).toBe(`/login?next=${encodeURIComponent(`${demo}/authorize-device`)}`);
    const fields = hiddenFieldsOf(asked, '/login');
    const page = await person.submit('/login', {
      ...fields,
      email: 'admin@example.test',
      password: 'correct horse',
    });
    expect(page).toMatchObject({ status: 200, path: `${demo}/authorize-device` });
  });

  it.each([
    'https://elsewhere.example',
    '//elsewhere.example',
    '/organizations/../..//elsewhere.example',
    '/mock/state',
  ])('never redirects to %s', async (next) => {
    const person = new Person(await startTestServer());
    const page = await person.submit('/login', {
      next,
      email: 'admin@example.test',
      password: 'correct horse',
    });
    expect(page.path).toBe('/organizations');
  });

  it('shows the path of the password and never the password', async () => {
    const generated = await startTestServer({ loginPassword: null });
    const { text } = await new Person(generated).visit('/login');
    expect(text).toContain(`<code>${join(generated.dataDir, 'login-password')}</code>`);
    expect(text).not.toContain(generated.server.loginPassword);
    const set = await startTestServer();
    expect((await new Person(set).visit('/login')).text).toContain('LOGIN_PASSWORD');
  });

  it('refuses a wrong password and a wrong address with the same text', async () => {
    const person = new Person(await startTestServer());
    const wrongPassword = await person.logIn('wrong');
    const wrongAddress = await person.logIn('correct horse', 'somebody@example.test');
    for (const page of [wrongPassword, wrongAddress]) {
      expect(page.status).toBe(401);
      expect(page.text).toContain('Incorrect e-mail address or password.');
    }
  });

  it('refuses the sixth attempt within a minute, even with the right password, and accepts it afterwards', async () => {
    const server = await startTestServer();
    const person = new Person(server);
    for (let attempt = 0; attempt < 5; attempt++) expect((await person.logIn('wrong')).status).toBe(401);
    const refused = await person.logIn();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBe(60);
    server.clock.advanceSeconds(60);
    expect((await person.logIn()).path).toBe('/organizations');
  });

  it('sets a cookie that scripts cannot read, with the port in its name', async () => {
    const server = await startTestServer();
    const response = await fetch(`${server.url}/login`, {
      method: 'POST',
      body: new URLSearchParams({ email: 'admin@example.test', password: 'correct horse' }),
      redirect: 'manual',
    });
    const { port } = new URL(server.url);
    expect(response.headers.get('set-cookie')).toMatch(
      new RegExp(`^mock_auth_session_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Lax$`),
    );
  });

  it('marks the cookie Secure if the public URL is https', async () => {
    const server = await startTestServer({ publicUrl: 'https://auth.example' });
    const response = await fetch(`${server.url}/login`, {
      method: 'POST',
      body: new URLSearchParams({ email: 'admin@example.test', password: 'correct horse' }),
      redirect: 'manual',
    });
    expect(response.headers.get('set-cookie')).toContain('; Secure');
  });

  it('expires at the logout, after an idle hour, and after twelve hours', async () => {
    const server = await startTestServer();
    const person = await logIn(server);
    const { cookie } = person;
    const page = await person.visit('/organizations');
    expect((await person.fillIn(page, '/logout', {})).path).toBe('/login');
    const thief = await fetch(`${server.url}/organizations`, {
      headers: { cookie: cookie ?? '' },
      redirect: 'manual',
    });
    expect(thief.headers.get('location')).toBe('/login?next=%2Forganizations');

    const idle = await logIn(server);
    server.clock.advanceSeconds(3600);
    expect((await idle.visit('/organizations')).path).toContain('/login');

    const busy = await logIn(server);
    for (let half = 0; half < 23; half++) {
      server.clock.advanceSeconds(1800);
      expect((await busy.visit('/organizations')).path).toBe('/organizations');
    }
    server.clock.advanceSeconds(1800);
    expect((await busy.visit('/organizations')).path).toContain('/login');
  });

  it('survives a restart of the server', async () => {
    const server = await startTestServer();
    const person = await logIn(server);
    await server.restart();
    expect((await person.visit('/organizations')).path).toBe('/organizations');
  });
});

describe('every page', () => {
  it('says that the server is a mock, and forbids scripts, frames and caches', async () => {
    const server = await startTestServer();
    const person = await logIn(server);
    const paths = [
      '/organizations',
      demo,
      `${demo}/licenses/new`,
      `${demo}/licenses/lic-demo-servers`,
      `${demo}/devices/new`,
    ];
    paths.push(
      `${demo}/devices/srv-hub`,
      `${demo}/devices/srv-hub/revoke`,
      `${demo}/authorize-device`,
      `${demo}/nowhere`,
    );
    const pages = await Promise.all(paths.map(async (path) => person.visit(path)));
    const stranger = new Person(server);
    pages.push(await stranger.visit('/login'), await stranger.visit('/help'));
    pages.push(await person.visit('/organizations/fc-nobody'));
    for (const { headers, text, path } of pages) {
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy, path).toContain("default-src 'none'");
      expect(policy, path).toContain("frame-ancestors 'none'");
      expect(policy, path).not.toContain('unsafe');
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('referrer-policy'), path).toBe('same-origin');
      if (path === `${demo}/nowhere`) continue;
      expect(headers.get('cache-control'), path).toBe('no-store');
      expect(text, path).toContain('<strong>Mock Authorization server</strong>');
      expect(text, path).toMatch(/<footer[^>]*>\s*<span>[^<]* \d+\.\d+\.\d+ · <a href="\/help">Help/);
      expect(text, path).not.toMatch(/<script|style=|onclick/);
    }
  });

  it('has a style sheet that browsers may cache permanently, compressed if they accept it', async () => {
    const server = await startTestServer();
    const { text } = await new Person(server).visit('/login');
    const path = /<link rel="stylesheet" href="([^"]+)"/.exec(text)?.[1] ?? '';
    const [plain, compressed] = await Promise.all(
      ['identity', 'gzip'].map(async (encoding) =>
        fetch(server.url + path, { headers: { 'accept-encoding': encoding } }),
      ),
    );
    expect(plain?.headers.get('cache-control')).toContain('immutable');
    expect(plain?.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(plain?.headers.get('content-encoding')).toBeNull();
    expect(compressed?.headers.get('content-encoding')).toBe('gzip');
    expect(await compressed?.text()).toBe(await plain?.text());
    expect((await fetch(`${server.url}/assets/page.css`)).status).toBe(404);
  });

  it('answers an unknown path with a page for browsers and with JSON for programs', async () => {
    const { url } = await startTestServer();
    const browser = await fetch(`${url}/nowhere`, { headers: { accept: 'text/html' } });
    expect(browser.status).toBe(404);
    expect(await browser.text()).toContain('There is no such page.');
    const program = await fetch(`${url}/nowhere`);
    expect(program.status).toBe(404);
    expect(await program.json()).toMatchObject({ statusCode: 404 });
  });

  it('is in the language that the browser prefers, or in that of PAGE_LANGUAGE, and JSON stays English', async () => {
    const server = await startTestServer();
    const { cookie } = await logIn(server);
    const read = async (
      path: string,
      language: string,
      init: { method?: string; body?: string | URLSearchParams; headers?: Record<string, string> } = {},
    ): Promise<Response> => {
      const headers = { accept: 'text/html', 'accept-language': language, cookie: cookie ?? '' };
      return fetch(server.url + path, {
        ...init,
        headers: { ...headers, ...init.headers, connection: 'close' },
      });
    };
    const login = await read('/login', 'es-MX,es;q=0.9,en;q=0.8');
    expect(login.headers.get('content-language')).toBe('es');
    expect(login.headers.get('vary')).toContain('accept-language');
    expect(await login.text()).toMatch(/<html lang="es"\s*>[^]*Contraseña/);
    const wrong = { method: 'POST', body: new URLSearchParams({ email: 'x', password: 'x' }) };
    expect(await (await read('/login', 'es', wrong)).text()).toContain('la contraseña no son correctos');
    expect(await (await read('/nowhere', 'es')).text()).toContain('No existe esa página.');
    expect(await (await read(demo, 'de, fr;q=0.1')).text()).toMatch(/<html lang="en"\s*>/);
    const organization = await (await read(demo, 'es')).text();
    expect(organization).toMatch(/Licensed Features[^]*<time datetime="[^"]*" lang="es">\d+ de \w+ de \d+</);
    const unknown = { userCode: 'BBBB-BBBB', deviceId: 'srv-hub' };
    const json = {
      method: 'POST',
      body: JSON.stringify(unknown),
      headers: { 'content-type': 'application/json' },
    };
    expect(await (await read('/mock/approve', 'es', json)).text()).toContain('unknown user code: compare it');

    await server.restart({ pageLanguage: 'es' });
    const fixed = await (await read('/help', 'en')).text();
    expect(fixed).toContain('Dar una licencia a un dispositivo');
    expect(fixed).not.toContain('name="language"');
  });

  it('has the theme and the language that a person chose', async () => {
    const { url } = await startTestServer();
    const choose = (form: Record<string, string>, origin = url) =>
      fetch(`${url}/look`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin },
        body: new URLSearchParams(form),
      });
    const chosen = await choose({ theme: 'dark', language: 'es', returnTo: '/help?from=here' });
    expect(chosen.headers.get('location')).toBe('/help?from=here');
    const cookies = chosen.headers.getSetCookie();
    expect(cookies[0]).toBe('pos-theme=dark; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax');
    const cookie = cookies.map((one) => one.split(';')[0]).join('; ');
    const page = await fetch(`${url}/help?a=1`, { headers: { cookie, 'accept-language': 'en' } });
    expect(await page.text()).toMatch(
      /<html lang="es"\s+data-theme="dark">[^]*content="dark"[^]*value="\/help\?a=1"[^]*value="dark"\s+aria-pressed="true"/,
    );
    for (const returnTo of ['//other.example', '/\\other.example', 'https://other.example']) {
      expect((await choose({ theme: 'dark', returnTo })).headers.get('location')).toBe('/');
    }
    expect((await choose({ theme: 'pink' })).headers.getSetCookie()).toEqual([]);
    expect((await choose({ theme: 'dark' }, 'http://127.0.0.1:9')).status).toBe(403);
  });

  it('escapes the input of people', async () => {
    const server = await startTestServer();
    const person = await logIn(server);
    const page = await person.visit('/organizations');
    const name = `<script>alert("1")</script>&'`;
    const created = await person.fillIn(page, '/organizations', { id: 'fc-evil', name });
    expect(created.path).toBe('/organizations/fc-evil');
    expect(created.text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;');
    expect(created.text).not.toContain('<script>');
  });

  it.each([
    ['/organizations', { id: 'fc-new', name: 'New' }],
    [`${demo}/licenses`, { name: 'x', count: '1', features: 'xms' }],
    [`${demo}/licenses/lic-demo-servers/renew`, {}],
    [`${demo}/devices`, { name: 'x', kind: 'server', licenseId: 'lic-demo-servers' }],
    [`${demo}/devices/srv-hub/revoke`, {}],
    [`${demo}/authorize-device`, { deviceId: 'srv-hub', userCode: 'BBBB-BBBB' }],
    [`${demo}/authorize-device/confirm`, { deviceId: 'srv-hub', userCode: 'BBBB-BBBB', decision: 'confirm' }],
    ['/logout', {}],
  ])('refuses a form for %s without the CSRF token of the session', async (path, fields) => {
    const server = await startTestServer();
    const person = await logIn(server);
    const before = await server.control('GET', '/state');
    expect((await person.submit(path, fields)).status).toBe(403);
    expect((await person.submit(path, { ...fields, csrfToken: 'guess' })).status).toBe(403);
    expect((await server.control('GET', '/state')).body).toEqual(before.body);
    expect((await person.visit('/organizations')).path).toBe('/organizations');
  });

  it('refuses forms of other origins, and accepts its own origins', async () => {
    const server = await startTestServer({ publicUrl: 'https://auth.example' });
    const { port } = new URL(server.url);
    const fields = { email: 'admin@example.test', password: 'correct horse' };
    for (const origin of ['https://elsewhere.example', 'http://127.0.0.1:1', 'null']) {
      expect((await new Person(server).submit('/login', fields, { origin })).status).toBe(403);
    }
    for (const origin of ['https://auth.example', `http://127.0.0.1:${port}`]) {
      expect((await new Person(server).submit('/login', fields, { origin })).path).toBe('/organizations');
    }
  });

  it('redirects anyone without a session to the login', async () => {
    const person = new Person(await startTestServer());
    for (const path of ['/', '/organizations', demo, `${demo}/devices/new`, `${demo}/authorize-device`]) {
      expect((await person.visit(path)).path).toContain('/login');
    }
    expect((await person.submit(`${demo}/devices/srv-hub/revoke`, {})).path).toBe('/login');
  });

  it.each([
    ['a body that is too long', 'a='.padEnd(20_000, 'x'), 'application/x-www-form-urlencoded', 413],
    ['JSON', '{}', 'application/json', 415],
    ['an invalid percent-encoding', '%=%zz&%', 'application/x-www-form-urlencoded', 401],
  ])('answers %s with its own status code', async (_name, body, type, status) => {
    const server = await startTestServer();
    const response = await fetch(`${server.url}/login`, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });
    expect(response.status).toBe(status);
  });
});

describe('managing an organization', () => {
  it('creates an organization with a license and a device that can then be authorized', async () => {
    const server = await startTestServer();
    const person = await logIn(server);
    const page = await person.visit('/organizations');
    await person.fillIn(page, '/organizations', { id: 'fc-new', name: 'New Shop' });
    const newLicense = await person.visit('/organizations/fc-new/licenses/new');
    const license = {
      name: 'RMS Servers',
      count: '2',
      expiresOn: '2040-02-29',
      features: 'xms, loyalty',
      isActive: 'on',
    };
    await person.fillIn(newLicense, '/organizations/fc-new/licenses', license);
    const newDevice = await person.visit('/organizations/fc-new/devices/new');
    const device = {
      name: 'Café 1',
      kind: 'server',
      licenseId: 'lic-rms-servers',
      hubId: '',
      url: 'https://cafe.example',
    };
    await person.fillIn(newDevice, '/organizations/fc-new/devices', device);
    const { body } = await server.control('GET', '/state');
    expect((body['organizations'] as unknown[])[2]).toEqual({
      id: 'fc-new',
      name: 'New Shop',
      licenses: [
        {
          id: 'lic-rms-servers',
          name: 'RMS Servers',
          count: 2,
          used: 0,
          expiresOn: '2040-02-29T23:59:59Z',
          features: ['xms', 'loyalty'],
          isActive: true,
        },
      ],
      devices: [
        {
          id: 'srv-cafe-1',
          name: 'Café 1',
          kind: 'server',
          licenseId: 'lic-rms-servers',
          hubId: null,
          url: 'https://cafe.example',
          authorized: false,
        },
      ],
    });
    await server.approve(
      (await client.initiateDeviceAuthorization(await discover(server), {})).user_code,
      'srv-cafe-1',
    );
    expect((await person.visit('/organizations/fc-new')).text).toContain('1 of 2');
  });

  it.each([
    ['nodash', 'A'],
    ['FC-UPPER', 'A'],
    ['fc-demo', 'taken'],
    ['fc-ok', ''],
    ['fc-ok', 'x'.repeat(101)],
    ['fc-ok', 'bell\u0007'],
  ])('refuses the organization id "%s" with the name "%s"', async (id, name) => {
    const server = await startTestServer();
    const person = await logIn(server);
    const page = await person.visit('/organizations');
    const refused = await person.fillIn(page, '/organizations', { id, name });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('role="alert"');
  });

  it('renews a license from its end, or from today if it has expired', async () => {
    const server = await startTestServer();
    const person = await logIn(server);
    const renew = async (): Promise<string> => {
      await person.fillIn(await person.visit(demo), `${demo}/licenses/lic-demo-servers/renew`, {});
      const { body } = await server.control('PATCH', '/licenses/lic-demo-servers', {});
      return body['expiresOn'] as string;
    };
    await server.control('PATCH', '/licenses/lic-demo-servers', { expiresOn: '2400-02-28' });
    expect(await renew()).toBe('2401-02-28T23:59:59Z');
    await server.control('PATCH', '/licenses/lic-demo-servers', { expiresOn: '2020-01-01' });
    // A year after 29 February is 1 March.
    const inAYear = server.clock.now();
    inAYear.setUTCFullYear(inAYear.getUTCFullYear() + 1);
    expect(await renew()).toBe(`${inAYear.toISOString().slice(0, 10)}T23:59:59Z`);
  });

  it('deactivates, activates and edits a license, and edits a device', async () => {
    const server = await startTestServer();
    const person = await logIn(server);
    const activation = `${demo}/licenses/lic-demo-servers/activation`;
    await person.fillIn(await person.visit(demo), activation, { isActive: 'off' });
    expect((await server.control('PATCH', '/licenses/lic-demo-servers', {})).body['isActive']).toBe(false);
    await person.fillIn(await person.visit(demo), activation, { isActive: 'on' });
    const licensePath = `${demo}/licenses/lic-demo-servers`;
    const license = { name: 'Servers', count: '7', expiresOn: '', features: 'xms', isActive: 'on' };
    await person.fillIn(await person.visit(licensePath), licensePath, license);
    expect((await server.control('PATCH', '/licenses/lic-demo-servers', {})).body).toMatchObject({
      name: 'Servers',
      count: 7,
      expiresOn: null,
      isActive: true,
    });
    const devicePath = `${demo}/devices/srv-store-1`;
    const device = { name: 'Store One', licenseId: 'lic-demo-servers', hubId: '', url: '' };
    await person.fillIn(await person.visit(devicePath), devicePath, device);
    expect((await server.control('PATCH', '/devices/srv-store-1', {})).body).toMatchObject({
      name: 'Store One',
      hubId: null,
      url: null,
    });
  });

  it.each([
    ['an invalid count', { count: '-1' }],
    ['a date that does not exist', { expiresOn: '2027-02-30' }],
    ['no features', { features: ' ' }],
    ['features that are not words', { features: 'XMS!' }],
  ])('refuses a license with %s and keeps the input in the form', async (_name, bad) => {
    const server = await startTestServer();
    const person = await logIn(server);
    const page = await person.visit(`${demo}/licenses/new`);
    const fields = {
      name: 'Typed before',
      count: '1',
      expiresOn: '',
      features: 'xms',
      isActive: 'on',
      ...bad,
    };
    const refused = await person.fillIn(page, `${demo}/licenses`, fields);
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('value="Typed before"');
  });

  it.each([
    ['a hub of another organization', { hubId: 'srv-corner' }],
    ['a register as hub', { hubId: 'reg-1-1' }],
    ['itself as hub', { hubId: 'srv-hub' }],
    ['one of its stores as hub', { hubId: 'srv-store-1' }],
    ['a license of another organization', { licenseId: 'lic-corner-servers' }],
    ['a URL that is not http or https', { url: 'javascript:alert(1)' }],
  ])('refuses a device with %s', async (_name, bad) => {
    const server = await startTestServer();
    const person = await logIn(server);
    const path = `${demo}/devices/srv-hub`;
    const fields = { name: 'Head office', licenseId: 'lic-demo-servers', hubId: '', url: '', ...bad };
    expect((await person.fillIn(await person.visit(path), path, fields)).status).toBe(400);
  });

  it('removes the authorization of a device after a confirming prompt', async () => {
    const server = await startTestServer();
    const config = await discover(server);
    const codes = await client.initiateDeviceAuthorization(config, {});
    await server.approve(codes.user_code, 'srv-store-1');
    const tokens = await redeem(config, codes.device_code);
    const person = await logIn(server);
    const path = `${demo}/devices/srv-store-1/revoke`;
    const question = await person.visit(path);
    expect(question.text).toContain('<strong>Store 1</strong>');
    expect(await server.isAuthorized('srv-store-1')).toBe(true);
    await person.fillIn(question, path, {});
    expect(await oauthErrorOf(client.refreshTokenGrant(config, tokens.refresh_token))).toBe('invalid_grant');
  });

  it('answers 404 for a license or device under another organization', async () => {
    const person = await logIn(await startTestServer());
    for (const path of ['licenses/lic-corner-servers', 'devices/srv-corner', 'devices/srv-corner/revoke']) {
      expect((await person.visit(`${demo}/${path}`)).status).toBe(404);
    }
  });
});

describe('the Authorize Device page', () => {
  const path = `${demo}/authorize-device`;

  async function start(): Promise<{
    server: TestServer;
    person: Person;
    config: client.Configuration;
    codes: client.DeviceAuthorizationResponse;
    enter: (userCode: string, deviceId?: string) => Promise<Page>;
  }> {
    const server = await startTestServer();
    const config = await discover(server);
    const codes = await client.initiateDeviceAuthorization(config, {});
    const person = await logIn(server);
    const enter = async (userCode: string, deviceId = 'srv-store-1'): Promise<Page> =>
      person.fillIn(await person.visit(path), path, { userCode, deviceId });
    return { server, person, config, codes, enter };
  }

  it('offers exactly the devices of the organization', async () => {
    const { person } = await start();
    const page = await person.visit(path);
    const offered = [...page.text.matchAll(/<option value="([^"]+)"/g)].map(([, id]) => id);
    expect(offered).toEqual([
      'srv-hub',
      'srv-store-1',
      'reg-1-1',
      'reg-1-2',
      'srv-store-2',
      'reg-2-1',
      'reg-2-2',
    ]);
  });

  it('marks the devices that are already authorized', async () => {
    const { server, person, config } = await start();
    const { user_code: userCode } = await client.initiateDeviceAuthorization(config, {});
    await server.approve(userCode, 'srv-store-2');
    const { text } = await person.visit(path);
    const marked = [...text.matchAll(/<option value="([^"]+)"[^>]*>[^<]*already authorized/g)];
    expect(marked.map(([, id]) => id)).toEqual(['srv-store-2']);
  });

  it('names the device that asks only if its request does, and escapes the name', async () => {
    const { config, codes, enter } = await start();
    expect((await enter(codes.user_code)).text).not.toContain('<bdi>');
    const named = await client.initiateDeviceAuthorization(config, { device_name: 'Till <7> \u202e' });
    const question = await enter(named.user_code);
    expect(question.text).toContain('<bdi>Till &lt;7&gt; \u202e</bdi>');
    expect(question.text).toContain('cannot verify that name');
  });

  it('is prefilled with the user code of verification_uri_complete, after the login', async () => {
    const { server, config, codes } = await start();
    const person = new Person(server);
    const { pathname, search } = new URL(codes.verification_uri_complete ?? '');
    const login = await person.visit(pathname + search);
    expect(login.path).toContain('/login');
    const fields = { email: 'admin@example.test', password: 'correct horse' };
    const organizations = await person.fillIn(login, '/login', fields);
    expect(organizations.text).toContain(`<code>${codes.user_code}</code>`);
    const link = `${path}?user_code=${codes.user_code}`;
    expect(organizations.text).toContain(`href="${link}"`);
    const form = await person.visit(link);
    expect(form.text).toMatch(new RegExp(`name="userCode"\\s+value="${codes.user_code}"`));
    expect(await oauthErrorOf(redeem(config, codes.device_code))).toBe('authorization_pending');
    const question = await person.fillIn(form, path, { userCode: codes.user_code, deviceId: 'srv-store-1' });
    expect(await server.isAuthorized('srv-store-1')).toBe(false);
    await person.fillIn(question, `${path}/confirm`, { decision: 'confirm' });
    expect(await server.isAuthorized('srv-store-1')).toBe(true);
  });

  it.each(['', 'x', 'AAAA-AAAA', '"><script>', 'BBBB-BBBB&user_code=CCCC-CCCC'])(
    'is empty for the link with the user code "%s"',
    async (userCode) => {
      const { person } = await start();
      const { status, text } = await person.visit(`${path}?user_code=${userCode}`);
      expect(status).toBe(200);
      expect(text).toMatch(/name="userCode"\s+value=""/);
      expect((await person.visit(`/organizations?user_code=${userCode}`)).text).toContain('Manage');
    },
  );

  it('does not reveal through a link whether a user code exists', async () => {
    const { person, codes } = await start();
    const [known, unknown] = await Promise.all(
      [codes.user_code, 'BBBB-BBBB'].map(async (userCode) => {
        const { text } = await person.visit(`${path}?user_code=${userCode}`);
        return text.replaceAll(userCode, '');
      }),
    );
    expect(known).toBe(unknown);
  });

  it('asks with device, organization and license terms, with Deny next to Confirm, and then grants', async () => {
    const { person, config, codes, enter } = await start();
    const question = await enter(codes.user_code.toLowerCase().replace('-', ' '));
    for (const word of ['Store 1', 'srv-store-1', 'fc-demo', 'xms', 'Head office', codes.user_code]) {
      expect(question.text).toContain(word);
    }
    expect(question.text).toMatch(
      /<button name="decision" value="confirm"><span lang="en">Confirm<\/span><\/button>\s*<button name="decision" value="deny"><span lang="en">Deny<\/span><\/button>/,
    );
    expect(await oauthErrorOf(redeem(config, codes.device_code))).toBe('authorization_pending');
    const done = await person.fillIn(question, `${path}/confirm`, { decision: 'confirm' });
    expect(done.text).toContain('Complete Authorization');
    expect((await redeem(config, codes.device_code)).access_token).toBeTypeOf('string');
  });

  it('denies a user code permanently', async () => {
    const { person, config, codes, enter } = await start();
    const question = await enter(codes.user_code);
    const done = await person.fillIn(question, `${path}/confirm`, { decision: 'deny' });
    expect(done.text).toContain('Authorization denied');
    expect(await oauthErrorOf(redeem(config, codes.device_code))).toBe('access_denied');
    expect((await enter(codes.user_code)).status).toBe(409);
  });

  it('neither grants nor denies without a valid decision', async () => {
    const { person, config, codes, enter } = await start();
    const question = await enter(codes.user_code);
    expect((await person.fillIn(question, `${path}/confirm`, { decision: 'CONFIRM' })).status).toBe(400);
    expect(await oauthErrorOf(redeem(config, codes.device_code))).toBe('authorization_pending');
  });

  it.each(['srv-corner', 'srv-nobody', ''])(
    'refuses the device "%s", which does not belong to the organization',
    async (deviceId) => {
      const { person, server, codes, enter } = await start();
      expect((await enter(codes.user_code, deviceId)).status).toBe(404);
      const question = await enter(codes.user_code);
      const refused = await person.fillIn(question, `${path}/confirm`, { decision: 'confirm', deviceId });
      expect(refused.status).toBe(404);
      expect(await server.isAuthorized('srv-corner')).toBe(false);
    },
  );

  it('shows the fault of a code or license, and accepts the code once the license is corrected', async () => {
    const { server, codes, enter } = await start();
    expect((await enter(codes.user_code, 'reg-1-1')).text).toContain('is a register: choose another device');
    await server.control('PATCH', '/licenses/lic-demo-servers', { count: 0 });
    const usedUp = await enter(codes.user_code);
    expect(usedUp).toMatchObject({ status: 409 });
    expect(usedUp.text).toContain('is used up');
    await server.control('PATCH', '/licenses/lic-demo-servers', { count: 5 });
    expect((await enter(codes.user_code)).status).toBe(200);
    server.clock.advanceSeconds(600);
    const expired = await enter(codes.user_code);
    expect(expired).toMatchObject({ status: 410 });
    expect(expired.text).toContain('has expired');
  });

  it('refuses the sixth incorrect user code, and even a correct one after it, until the window has passed', async () => {
    const { server, codes, enter } = await start();
    for (let attempt = 0; attempt < 5; attempt++) {
      expect((await enter(`BBBB-BBB${'BCDFG'.charAt(attempt)}`)).status).toBe(404);
    }
    const sixth = await enter('BBBB-BBBH');
    expect(sixth.status).toBe(429);
    expect(sixth.text).toContain('Too many incorrect user codes');
    expect((await enter(codes.user_code)).status).toBe(429);
    server.clock.advanceSeconds(599);
    expect((await enter(codes.user_code)).status).toBe(429);
    server.clock.advanceSeconds(1);
    expect((await enter('BBBB-BBBB')).status).toBe(404);
  });

  it('counts incorrect user codes at the confirming prompt too', async () => {
    const { person, codes, enter } = await start();
    const question = await enter(codes.user_code);
    for (let attempt = 0; attempt < 5; attempt++) {
      const guess = { decision: 'confirm', userCode: `CCCC-CCC${'BCDFG'.charAt(attempt)}` };
      expect((await person.fillIn(question, `${path}/confirm`, guess)).status).toBe(404);
    }
    expect((await person.fillIn(question, `${path}/confirm`, { decision: 'confirm' })).status).toBe(429);
  });

  it('limits incorrect user codes over all sessions', async () => {
    const { server, codes } = await start();
    let wrong = 0;
    let status = 0;
    for (let session = 0; session < 11 && status !== 429; session++) {
      const guesser = await logIn(server);
      const page = await guesser.visit(path);
      for (let attempt = 0; attempt < 5 && status !== 429; attempt++, wrong++) {
        ({ status } = await guesser.fillIn(page, path, { deviceId: 'srv-hub', userCode: 'DDDD-DDDD' }));
      }
    }
    expect(wrong).toBe(51);
    const last = await logIn(server);
    const refused = await last.fillIn(await last.visit(path), path, {
      deviceId: 'srv-hub',
      userCode: codes.user_code,
    });
    expect(refused.status).toBe(429);
  });
});
