import fc from 'fast-check';
import { makeDeviceKey } from './device-key.js';
import { altered, asHeader, asUrl, damaged, mostly, oddJson, oddText } from './odd-values.js';
import type { RawRequest } from './send-raw.js';

interface MockTarget {
  readonly method: string;
  readonly path: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: object;
}

const client = { client_id: 'pos-server' };
const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const demo = '/organizations/fc-demo';
const device = {
  name: 'Store 3',
  kind: 'server',
  licenseId: 'lic-demo-servers',
  hubId: 'srv-hub',
  url: 'https://s.example',
};
const license = { name: 'More', count: '3', expiresOn: '2027-06-30', features: 'xms', isActive: 'on' };
const code = { userCode: 'BCDF-GHJK', deviceId: 'srv-store-1' };

/** All routes of the mock, with valid values. */
const targets: readonly MockTarget[] = [
  { method: 'POST', path: '/oauth/device_authorization', form: client },
  {
    method: 'POST',
    path: '/oauth/token',
    form: { ...client, grant_type: 'refresh_token', refresh_token: 'r'.repeat(43) },
  },
  {
    method: 'POST',
    path: '/oauth/token',
    form: { ...client, grant_type: deviceCodeGrant, device_code: 'd'.repeat(43) },
  },
  { method: 'POST', path: '/oauth/revoke', form: { ...client, token: 'r'.repeat(43) } },
  { method: 'POST', path: '/oauth/introspect', form: { ...client, token: 'a.b.c' } },
  ...[
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration',
    '/oauth/jwks',
    '/statuslists/1',
    '/health',
    '/',
    '/login?next=/organizations',
    '/assets/mock.css',
    '/mock/state',
  ].map((path) => ({ method: 'GET', path })),
  { method: 'POST', path: '/mock/approve', json: code },
  { method: 'POST', path: '/mock/deny', json: { userCode: code.userCode } },
  {
    method: 'PATCH',
    path: '/mock/licenses/lic-demo-servers',
    json: { expiresOn: null, features: ['xms'], isActive: true, count: 5 },
  },
  {
    method: 'PATCH',
    path: '/mock/devices/reg-1-1',
    json: { hubId: 'srv-store-1', name: 'Register', url: null },
  },
  { method: 'DELETE', path: '/mock/devices/reg-1-1/authorization' },
  {
    method: 'POST',
    path: '/mock/tokens',
    json: { deviceId: 'reg-1-1', ttlSeconds: 60, dpopJwk: makeDeviceKey().publicJwk },
  },
  { method: 'POST', path: '/mock/keys/rotate' },
  { method: 'PUT', path: '/mock/faults', json: { mode: 'none', count: 1, delayMs: 0, skewSeconds: 0 } },
  {
    method: 'POST',
    path: '/login',
    form: { email: 'admin@example.test', password: 'x', next: '/organizations' },
  },
  { method: 'POST', path: '/logout', form: {} },
  { method: 'POST', path: '/look', form: { theme: 'dark', language: 'es', returnTo: '/login' } },
  { method: 'GET', path: '/organizations' },
  { method: 'POST', path: '/organizations', form: { id: 'fc-odd', name: 'Odd' } },
  ...[
    '',
    '/authorize-device',
    '/licenses/new',
    '/devices/new',
    '/licenses/lic-demo-servers',
    '/devices/srv-hub',
  ].map((path) => ({ method: 'GET', path: demo + path })),
  { method: 'POST', path: `${demo}/licenses`, form: license },
  { method: 'POST', path: `${demo}/licenses/lic-demo-servers`, form: license },
  { method: 'POST', path: `${demo}/devices`, form: device },
  { method: 'POST', path: `${demo}/devices/srv-store-2`, form: device },
  { method: 'POST', path: `${demo}/authorize-device`, form: code },
  { method: 'POST', path: `${demo}/authorize-device/confirm`, form: { ...code, decision: 'confirm' } },
];

const types = [
  'application/json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'multipart/form-data; boundary=x',
  '',
];

/**
 * Returns a request to the mock that is valid, or odd in one or more ways.
 * @param session the cookie of a logged-in person, and the token in the forms of that session
 */
export function oddMockRequest(session: { cookie: string; csrfToken: string }): fc.Arbitrary<RawRequest> {
  const proof = makeDeviceKey().prove({ htm: 'POST', htu: 'http://127.0.0.1/oauth/token' });
  return fc.constantFrom(...targets).chain((target) => {
    const form = target.form && { ...target.form, csrfToken: session.csrfToken };
    const ownType = form === undefined ? types[0] : types[1];
    return fc
      .record({
        method: mostly(
          target.method,
          fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
        ),
        path: mostly(
          target.path,
          fc.oneof(
            damaged(target.path),
            oddText(20).map((text) => `${target.path}?x=${text}`),
          ),
        ),
        body: form === undefined ? oddJsonBody(target.json) : oddForm(form),
        type: mostly(ownType ?? '', fc.constantFrom(...types)),
        cookie: fc.oneof(fc.constant(session.cookie), damaged(session.cookie), fc.constant('')),
        dpop: fc.option(fc.oneof(damaged(proof), oddText(), fc.constant(proof)), { nil: '', freq: 2 }),
      })
      .map(({ method, path, body, type, cookie, dpop }) => {
        const hasBody = method !== 'GET' && method !== 'HEAD';
        const length = String(Buffer.byteLength(body));
        return {
          method,
          path: `/${asUrl(path).replace(/^\/+/, '').slice(0, 8000)}`,
          headers: {
            ...(dpop !== '' && { dpop: asHeader(dpop) }),
            ...(cookie !== '' && { cookie: asHeader(cookie) }),
            ...(hasBody && { 'content-type': type, 'content-length': length }),
          },
          ...(hasBody && { body }),
        };
      });
  });
}

function oddJsonBody(good: object | undefined): fc.Arbitrary<string> {
  if (good === undefined) return fc.oneof(fc.constant(''), oddJson());
  return fc.oneof(
    fc.constant(JSON.stringify(good)),
    altered(good).map((value) => JSON.stringify(value)),
    oddJson(),
  );
}

function oddForm(good: Readonly<Record<string, string>>): fc.Arbitrary<string> {
  const names = fc.oneof(
    fc.constantFrom(...Object.keys(good), 'dpop_jkt', 'scope', '__proto__', 'constructor'),
    oddText(10),
  );
  const values = fc.oneof(fc.constantFrom(...Object.values(good)), oddText(60));
  const more = fc.array(fc.tuple(names, values), { maxLength: 3 });
  const right = fc.constant(Object.entries(good));
  const fewer = fc.subarray(Object.entries(good));
  return (
    fc
      .tuple(fc.oneof(right, fewer), more, fc.boolean())
      // URLSearchParams encodes as fetch does. The alternative leaves the text unencoded.
      .map(([fields, odd, isEncoded]) => {
        const pairs = [...fields.filter(([name]) => !odd.some(([other]) => other === name)), ...odd];
        return isEncoded
          ? new URLSearchParams(pairs).toString()
          : pairs.map((pair) => pair.join('=')).join('&');
      })
  );
}
