import { describe, expect, it } from 'vitest';
import { shareTestServer } from './support/start-test-server.js';
import { deviceCodeGrantType } from './support/test-client.js';

const server = shareTestServer();
const posts = ['/oauth/device_authorization', '/oauth/token', '/oauth/revoke', '/oauth/introspect'];

describe('odd requests to the OAuth endpoints', () => {
  it.each<[string, string, Record<string, string>, string]>([
    ['/oauth/device_authorization', 'no client', {}, 'invalid_request'],
    ['/oauth/device_authorization', 'an unknown client', { client_id: 'x' }, 'invalid_client'],
    [
      '/oauth/device_authorization',
      'an invalid dpop_jkt',
      { client_id: 'pos-server', dpop_jkt: 'x' },
      'invalid_request',
    ],
    ['/oauth/token', 'no client', { grant_type: 'refresh_token' }, 'invalid_request'],
    ['/oauth/token', 'an unknown client', { client_id: 'x', grant_type: 'refresh_token' }, 'invalid_client'],
    ['/oauth/token', 'no grant type', { client_id: 'pos-server' }, 'invalid_request'],
    [
      '/oauth/token',
      'another grant type',
      { client_id: 'pos-server', grant_type: 'password' },
      'unsupported_grant_type',
    ],
    [
      '/oauth/token',
      'no refresh token',
      { client_id: 'pos-server', grant_type: 'refresh_token' },
      'invalid_request',
    ],
    [
      '/oauth/token',
      'an empty refresh token',
      { client_id: 'pos-server', grant_type: 'refresh_token', refresh_token: '' },
      'invalid_request',
    ],
    [
      '/oauth/token',
      'no device code',
      { client_id: 'pos-server', grant_type: deviceCodeGrantType },
      'invalid_request',
    ],
    [
      '/oauth/token',
      'an unknown device code',
      { client_id: 'pos-server', grant_type: deviceCodeGrantType, device_code: 'x' },
      'invalid_grant',
    ],
    ['/oauth/revoke', 'no token', { client_id: 'pos-server' }, 'invalid_request'],
    ['/oauth/introspect', 'no token', { client_id: 'pos-server' }, 'invalid_request'],
    ['/oauth/introspect', 'an unknown client', { client_id: 'x', token: 'x' }, 'invalid_client'],
  ])(
    'are answered with their own error that is not cacheable: %s with %s',
    async (path, _name, form, error) => {
      const answer = await server.postForm(path, form);
      expect(answer).toMatchObject({ status: 400, body: { error, error_description: expect.any(String) } });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('content-type')).toContain('application/json');
    },
  );

  it('are refused for a parameter that is sent twice', async () => {
    const body = 'client_id=pos-server&client_id=pos-server';
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const path of posts) {
      const response = await fetch(server.url + path, { method: 'POST', body, headers });
      expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }]);
    }
  });

  it.each([
    ['JSON', '{"client_id":"pos-server"}', 'application/json'],
    ['text', 'client_id=pos-server', 'text/plain'],
    ['a multipart form', 'client_id=pos-server', 'multipart/form-data; boundary=x'],
    ['20 kB', 'client_id='.padEnd(20_000, 'x'), 'application/x-www-form-urlencoded'],
  ])('are refused for a body of %s', async (_name, body, type) => {
    for (const path of posts) {
      const response = await fetch(server.url + path, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
      expect([400, 413, 415]).toContain(response.status);
      expect(await response.json()).toMatchObject({ error: 'invalid_request' });
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('never cause a 5xx at odd paths', async () => {
    for (const path of [
      '/%zz',
      '/oauth/token',
      '/oauth/%00',
      '/organizations/%2e%2e',
      '/statuslists/2',
      `/${'a'.repeat(5000)}`,
    ]) {
      const { status } = await server.get(path);
      expect(status, path).toBeLessThan(500);
    }
  });
});
